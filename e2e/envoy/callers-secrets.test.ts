import { describe, expect, it } from 'vitest';
import { type RawAnswer, rawRequest } from '../support/raw-request.ts';
import {
  errorOf,
  openaiPath,
  otherSecret,
  ownSecret,
  prompt,
  providerSecret,
  question,
  refusingGateway,
  secret,
} from '../support/refusing-gateway.ts';
import { until } from '../support/until.ts';

/*
 * How callers show who they are, and what of all that is said and done is written down: never a secret, never a prompt.
 */

const site = refusingGateway();

describe('credentials', () => {
  const withHeaders = (headers: Readonly<Record<string, string>>) =>
    rawRequest(site.gateway.port, {
      path: openaiPath,
      headers: { 'content-type': 'application/json', ...headers },
      body: question(),
    });

  it.each([
    ['Bearer', { authorization: `Bearer ${secret}` }],
    ['bearer', { authorization: `bearer ${secret}` }],
    ['x-api-key', { 'x-api-key': secret }],
    ['api-key', { 'api-key': secret }],
    ['the same one twice', { authorization: `Bearer ${secret}`, 'x-api-key': secret }],
  ])('are taken from %s', async (_, headers) => {
    expect((await withHeaders(headers)).status).toBe(200);
    for (const request of site.practice.requests) expect(JSON.stringify(request.headers)).not.toContain(secret);
  });

  it.each([
    ['none', {}],
    ['two different ones', { authorization: `Bearer ${secret}`, 'x-api-key': otherSecret }],
    ['two different ones, the right one last', { 'x-api-key': otherSecret, 'api-key': secret }],
    ['another scheme', { authorization: `Basic ${Buffer.from(`x:${secret}`).toString('base64')}` }],
    ['a part of one', { authorization: `Bearer ${secret.slice(0, -1)}` }],
    ['a wrong one', { authorization: 'Bearer sk-sluice-nobody-has-this-key' }],
    ['an empty one', { authorization: 'Bearer ' }],
  ])('are refused: %s', async (_, headers) => {
    const answer = await withHeaders(headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(errorOf(answer, openaiPath).code).toMatch(/^(missing|invalid)_api_key$/);
    expect(site.practice.requests).toHaveLength(0);
  });

  it('in a query string are not taken, and not logged', async () => {
    const path = `${openaiPath}?key=${secret}&api-key=${secret}`;
    const headers = { 'content-type': 'application/json' };
    expect((await rawRequest(site.gateway.port, { path, headers, body: question() })).status).toBe(401);
    const answer = await site.send({ path: `${openaiPath}?trace=visible`, body: question() });
    expect(answer.status).toBe(200);
    expect(site.practice.requests.at(-1)?.path).toBe('/second/v1/chat/completions?trace=visible');
    await until('both are logged', () => site.gateway.envoy.log().includes(String(answer.headers['x-request-id'])));
    expect(site.gateway.envoy.log()).not.toContain('trace=visible');
  });
});

describe('what is written down', () => {
  interface Line {
    readonly request_id?: string;
    readonly [field: string]: unknown;
  }

  const lineOf = async (answer: RawAnswer): Promise<Line> => {
    const id = String(answer.headers['x-request-id']);
    await until('the request is in the log', () => site.gateway.envoy.log().includes(id));
    const line = site.gateway.envoy
      .log()
      .split('\n')
      .find((each) => each.startsWith('{') && each.includes(id));
    return JSON.parse(line ?? '{}') as Line;
  };

  it('says who asked for what, who was asked, and how it went', async () => {
    const line = await lineOf(await site.send({ path: openaiPath, body: question() }));
    expect(line).toMatchObject({
      key: 'test',
      user: 'ana@example.com',
      team: 'payments',
      api: 'chat.completions',
      model: 'small',
      targets: 'first/fail-503,second/upstream-model',
      attempts: 2,
      // Who answered.
      cluster: 'provider/second',
      duration_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
      stream: false,
      status: 200,
      method: 'POST',
    });
  });

  it('says whose request it was that was refused', async () => {
    const line = await lineOf(await site.send({ path: openaiPath, body: question('unheard-of') }));
    expect(line).toMatchObject({ key: 'test', status: 404, details: 'sluice_model_not_found' });
    expect(line).toHaveProperty('targets', '');
  });

  it('holds no secret and no prompt, wherever one looks', async () => {
    // Written down is also what goes wrong: a secret where it does not belong, a broken document.
    await site.send({ path: `/v1/unheard-of?key=${secret}`, body: question() });
    await site.gateway.write(
      'broken.yaml',
      `apiVersion: sluice.dev/v1alpha1\nkind: ApiKey\nspec: {secret: ${otherSecret}}\n`,
    );
    await site.gateway.remove('broken.yaml');
    const control = `http://127.0.0.1:${site.gateway.plane.adminPort}`;
    const pages: Readonly<Record<string, string>> = {
      controller: site.gateway.log(),
      status: JSON.stringify(site.gateway.plane.status()),
      'status page': await (await fetch(`${control}/status`)).text(),
      'metrics of the control plane': await (await fetch(`${control}/metrics`)).text(),
      processor: site.gateway.processors.map((each) => each.log()).join('\n'),
      'metrics of the processor': (await site.gateway.processors[0]?.metrics()) ?? '',
      Envoy: site.gateway.envoy.log(),
      'statistics of Envoy': await site.gateway.envoy.admin('/stats'),
      'configuration of Envoy': await site.gateway.envoy.admin('/config_dump?include_eds'),
    };
    for (const [name, text] of Object.entries(pages)) {
      expect(text.length, name).toBeGreaterThan(100);
      for (const hidden of [secret, otherSecret, providerSecret, ownSecret, prompt]) {
        const at = text.indexOf(hidden);
        expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at), name).toBe('');
      }
    }
  });
});
