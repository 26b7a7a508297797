import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeService, fakeService } from '../../guard/remote/testing/fake-service.ts';
import { post, postForm } from './post-form.ts';

let service: FakeService;
const never = new AbortController().signal;

beforeAll(async () => {
  service = await fakeService(() => ({ status: 200, body: { fine: true } }));
});

beforeEach(() => service.behave(undefined));

afterAll(() => service.close());

describe('postForm()', () => {
  it('sends nothing without TLS', async () => {
    const before = service.requests.length;
    expect(await postForm(`${service.url}/token`, {}, never)).toEqual({
      ok: false,
      error: 'its address is not one of https',
    });
    expect(service.requests.length).toBe(before);
  });
});

describe('post()', () => {
  it('sends a form', async () => {
    const answer = await post(`${service.url}/token`, { a: '1 & 2', b: 'ü' }, never);
    expect(answer).toEqual({ ok: true, value: { status: 200, text: '{"fine":true}' } });
    expect(service.requests.at(-1)).toMatchObject({ method: 'POST', path: '/token', body: 'a=1+%26+2&b=%C3%BC' });
    expect(service.requests.at(-1)?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
  });

  it('follows nobody', async () => {
    service.behave({ kind: 'status', status: 307, headers: { location: `${service.url}/elsewhere` } });
    expect(await post(service.url, { secret: 's' }, never)).toMatchObject({ ok: true, value: { status: 307 } });
    expect(service.requests.at(-1)?.path).not.toBe('/elsewhere');
  });

  it('reads no more than a token can be', async () => {
    service.behave({ kind: 'huge', bytes: 10_000_000 });
    expect(await post(service.url, {}, never)).toEqual({ ok: false, error: 'its answer is too large' });
  });

  it('says that a connection breaks, and that nobody is there', async () => {
    service.behave({ kind: 'cut' });
    expect(await post(service.url, {}, never)).toMatchObject({ ok: false, error: /^it cannot be reached/ });
    const gone = await fakeService(() => ({ status: 200, body: {} }));
    await gone.close();
    expect(await post(gone.url, {}, never)).toEqual({ ok: false, error: 'it cannot be reached (ECONNREFUSED)' });
  });

  it('ends with whoever wanted it', async () => {
    service.behave({ kind: 'hang' });
    const giveUp = new AbortController();
    const answer = post(service.url, {}, giveUp.signal);
    giveUp.abort();
    expect(await answer).toMatchObject({ ok: false });
  });
});
