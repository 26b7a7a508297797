import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { apiKey, documents, gatewayDocument, model, provider } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * A provider that answers with a redirection, on a real Envoy. Official clients follow one, and send their key and their
 * prompt wherever it leads: fetch takes `authorization` away on the way to another host, and no other header.
 */

const secret = 'sk-sluice-redirection-test-key';
const messages = [{ role: 'user' as const, content: 'Hello' }];

let gateway: TestGateway;
let elsewhere: RecordingProvider;
let moved: RecordingProvider;
let good: RecordingProvider;
/** Of the provider that has moved. */
let status: number;

beforeAll(async () => {
  elsewhere = await startRecordingProvider((response) => answerJson(response, 200, { from: 'elsewhere' }));
  moved = await startRecordingProvider((response) => {
    response.writeHead(status, { location: `http://127.0.0.1:${elsewhere.port}/v1/moved` }).end();
  });
  good = await startRecordingProvider((response) => answerJson(response, 200, { from: 'good' }));
  const at = ({ port }: RecordingProvider): string => `http://127.0.0.1:${port}/v1`;
  gateway = await startGateway({
    policy: (port) => ({
      'policy.yaml': documents(
        gatewayDocument([{ name: 'http', port }]),
        provider('moved', at(moved), { credential: { none: {} }, passthrough: { paths: ['/v1/files/*'] } }),
        provider('moved-claude', at(moved), { schema: 'anthropic', credential: { none: {} } }),
        provider('good', at(good), { credential: { none: {} } }),
        model('alone', ['moved/m']),
        model('claude', ['moved-claude/m']),
        model('chain', ['moved/m', 'good/m']),
        apiKey('me', 'KEY'),
        backendManifest('shop', moved.port),
        httpRoute('shop', [leadTo('shop', [below('/shop')])]),
      ),
    }),
    env: { KEY: secret },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await Promise.all([elsewhere, moved, good].map((each) => each?.close()));
});
beforeEach(() => {
  status = 307;
});

function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
  return fetch(`${gateway.url}${path}`, { redirect: 'manual', headers, ...init });
}

const chat = (name: string): Promise<Response> =>
  ask('/v1/chat/completions', { method: 'POST', body: JSON.stringify({ model: name, messages }) });

describe('a redirection of a provider', () => {
  it.each([300, 301, 302, 303, 307, 308])('is an error for the caller, and leads nowhere: %i', async (code) => {
    status = code;
    const response = await chat('alone');
    expect(response.status).toBe(502);
    expect(response.headers.has('location')).toBe(false);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('x-sluice-attempts')).toBe('moved/m');
    const { error } = (await response.json()) as { readonly error: Record<string, unknown> };
    expect(error).toMatchObject({ code: 'provider_redirected', message: expect.stringContaining('redirection') });
    expect(JSON.stringify(error)).not.toContain(String(elsewhere.port));
  });

  it('does not lead to the next target, as little as any other wrong address', async () => {
    expect((await chat('chain')).status).toBe(502);
    expect(good.requests).toEqual([]);
  });

  it('takes neither key nor prompt of an official client to another host', async () => {
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: secret });
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: secret });
    const before = moved.requests.length;
    await expect(openai.chat.completions.create({ model: 'alone', messages })).rejects.toMatchObject({
      status: 502,
      code: 'provider_redirected',
    });
    await expect(anthropic.messages.create({ model: 'claude', max_tokens: 9, messages })).rejects.toMatchObject({
      status: 502,
      error: { error: { type: 'api_error', message: expect.stringContaining('redirection') } },
    });
    // Neither tries again what would fare no better.
    expect(moved.requests).toHaveLength(before + 2);
    expect(elsewhere.requests).toEqual([]);
  });
});

describe('what is no call of a model', () => {
  const location = (): string => `http://127.0.0.1:${elsewhere.port}/v1/moved`;

  it('has its redirections passed on: of an ordinary service', async () => {
    const response = await ask('/shop/basket');
    expect([response.status, response.headers.get('location')]).toEqual([307, location()]);
  });

  it('has its redirections passed on: of a path that is passed through', async () => {
    const response = await ask('/v1/files/file-1/content');
    expect([response.status, response.headers.get('location')]).toEqual([307, location()]);
  });
});
