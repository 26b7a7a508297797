import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeService, fakeService } from '../../guard/remote/testing/fake-service.ts';
import { ask, askEndpoint } from './endpoint.ts';

let service: FakeService;
const never = new AbortController().signal;
const form = new URLSearchParams({ a: '1 & 2', b: 'ü' });

beforeAll(async () => {
  service = await fakeService(() => ({ status: 200, body: { fine: true } }));
});

beforeEach(() => service.behave(undefined));

afterAll(() => service.close());

describe('askEndpoint()', () => {
  it('sends nothing without TLS', async () => {
    const before = service.requests.length;
    expect(await askEndpoint({ url: `${service.url}/token`, form }, never)).toEqual({
      ok: false,
      error: 'its address is not one of https',
    });
    expect(service.requests.length).toBe(before);
  });
});

describe('ask()', () => {
  it('sends a form', async () => {
    const answer = await ask({ url: `${service.url}/token`, form, authorization: 'Basic abc' }, never);
    expect(answer).toEqual({ ok: true, value: { status: 200, text: '{"fine":true}' } });
    expect(service.requests.at(-1)).toMatchObject({ method: 'POST', path: '/token', body: 'a=1+%26+2&b=%C3%BC' });
    const { headers } = service.requests.at(-1) ?? {};
    expect(headers?.['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect([headers?.accept, headers?.authorization]).toEqual(['application/json', 'Basic abc']);
  });

  it('sends JSON', async () => {
    await ask({ url: `${service.url}/token`, json: '{"a": 1}', authorization: 'Bearer abc' }, never);
    const { method, body, headers } = service.requests.at(-1) ?? {};
    expect([method, body]).toEqual(['POST', '{"a": 1}']);
    expect([headers?.['content-type'], headers?.authorization]).toEqual(['application/json', 'Bearer abc']);
  });

  it('asks without sending anything', async () => {
    await ask({ url: `${service.url}/about` }, never);
    const { method, body, headers } = service.requests.at(-1) ?? {};
    expect([method, body, headers?.authorization]).toEqual(['GET', '', undefined]);
  });

  it('follows nobody', async () => {
    service.behave({ kind: 'status', status: 307, headers: { location: `${service.url}/elsewhere` } });
    expect(await ask({ url: service.url, form }, never)).toMatchObject({ ok: true, value: { status: 307 } });
    expect(service.requests.at(-1)?.path).not.toBe('/elsewhere');
  });

  it('reads no more than a token can be', async () => {
    service.behave({ kind: 'huge', bytes: 10_000_000 });
    expect(await ask({ url: service.url, form }, never)).toEqual({ ok: false, error: 'its answer is too large' });
  });

  it('says that a connection breaks, and that nobody is there', async () => {
    service.behave({ kind: 'cut' });
    expect(await ask({ url: service.url, form }, never)).toMatchObject({ ok: false, error: /^it cannot be reached/ });
    const gone = await fakeService(() => ({ status: 200, body: {} }));
    await gone.close();
    expect(await ask({ url: gone.url, form }, never)).toEqual({
      ok: false,
      error: 'it cannot be reached (ECONNREFUSED)',
    });
  });

  it('ends with whoever wanted it', async () => {
    service.behave({ kind: 'hang' });
    const giveUp = new AbortController();
    const answer = ask({ url: service.url, form }, giveUp.signal);
    giveUp.abort();
    expect(await answer).toMatchObject({ ok: false });
  });
});
