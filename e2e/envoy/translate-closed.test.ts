import { once } from 'node:events';
import { request } from 'node:http';
import { connect, constants } from 'node:http2';
import { createConnection } from 'node:net';
import { describe, expect, it } from 'vitest';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { answerJson, startRecordingProvider } from '../support/recording-provider.ts';
import { carryOut } from '../support/scripted-plan.ts';
import { headerOf, type Reaction, type SeenMessage, startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

const atEnd = cleanupsAfterEach();

async function gateway(script: (seen: SeenMessage) => Reaction, hostnames: readonly string[] = []) {
  const provider = await startRecordingProvider((response) => answerJson(response, 200, {}));
  atEnd(() => provider.close());
  const processor = await startScriptedProcessor(script);
  atEnd(() => processor.close());
  const running = await startTranslatedEnvoy(
    gatewayModel({
      listeners: [{ name: 'http', address: '127.0.0.1', port: 0, hostnames, origins: [] }],
      providers: [providerModel('a', provider.port)],
    }),
    { processors: [{ host: '127.0.0.1', port: processor.port }] },
  );
  atEnd(() => running.stop());
  const url = `http://127.0.0.1:${await running.port('http')}`;
  const ask = (path: string, body = '{}') => fetch(url + path, { method: 'POST', body });
  return { ask, url, provider, processor, running };
}

const onward = carryOut({ chain: ['provider/a'] });

function openaiError(code: string) {
  return { error: { code, message: expect.any(String), type: expect.any(String), param: null, request_id: id } };
}
const id = expect.stringMatching(/^[0-9a-f-]{36}$/);

function post(...headers: readonly string[]): string {
  return ['POST /v1/chat/completions HTTP/1.1', 'host: gateway', ...headers, '', '{}'].join('\r\n');
}

/** What comes back until Envoy closes the connection. */
async function sendBytes(url: string, bytes: string): Promise<string> {
  const socket = createConnection({ host: '127.0.0.1', port: Number(new URL(url).port) });
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text;
  });
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return answer;
}

describe('a request that no processor has decided about', () => {
  it.each<[string, Reaction]>([
    ['ends its stream quietly', 'end'],
    ['fails its stream', 'fail'],
    ['says only "continue"', { response: { case: 'requestHeaders', value: {} } }],
  ])('ends in a clear 503 and at no provider when the processor %s', async (_, reaction) => {
    const { ask, provider } = await gateway(({ kind }) =>
      typeof reaction === 'object' && kind === 'requestBody' ? { response: { case: kind, value: {} } } : reaction,
    );
    const response = await ask('/v1/chat/completions');
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual(openaiError('gateway_not_ready'));
    expect(provider.requests).toEqual([]);
  });

  it('ends in a clear 503 when there is no processor, in the shape that the caller can read', async () => {
    const { ask, provider, processor } = await gateway(onward);
    processor.close();
    const openai = await ask('/v1/chat/completions');
    expect([openai.status, await openai.json()]).toEqual([503, openaiError('gateway_not_ready')]);
    const anthropic = await ask('/v1/messages?beta=true');
    expect(anthropic.status).toBe(503);
    expect(anthropic.headers.get('request-id')).toEqual(id);
    expect(await anthropic.json()).toEqual({
      type: 'error',
      error: { type: 'api_error', message: expect.any(String) },
      request_id: anthropic.headers.get('request-id'),
    });
    expect(provider.requests).toEqual([]);
  });

  it('stays closed when the processor names a cluster that Envoy does not know', async () => {
    const { ask, provider } = await gateway(carryOut({ chain: ['provider/unknown'] }));
    const response = await ask('/v1/chat/completions');
    expect([response.status, await response.json()]).toEqual([503, openaiError('gateway_not_ready')]);
    expect(provider.requests).toEqual([]);
  });
});

describe("Envoy's own answers", () => {
  it('leave the answers of the processor as they are', async () => {
    const { ask } = await gateway(() => ({
      response: {
        case: 'immediateResponse',
        value: {
          status: { code: 503 },
          headers: { setHeaders: [{ header: { key: 'content-type', rawValue: Buffer.from('application/json') } }] },
          body: Buffer.from('{"own":true}'),
          details: 'sluice_no_target',
        },
      },
    }));
    const response = await ask('/v1/chat/completions');
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.text()).toBe('{"own":true}');
    expect(response.headers.get('x-request-id')).toEqual(id);
  });

  it('refuse a body above the limit', async () => {
    const { ask, provider } = await gateway(onward);
    const response = await ask('/v1/chat/completions', 'x'.repeat(3 * 1024 * 1024));
    expect([response.status, await response.json()]).toEqual([413, openaiError('body_too_large')]);
    const within = await ask('/v1/chat/completions', 'x'.repeat(1_500_000));
    expect(within.status).toBe(200);
    expect(provider.requests).toHaveLength(1);
  });

  it('refuse a host that the listener does not serve, whatever port it is written with', async () => {
    const { url } = await gateway(onward, ['127.0.0.1']);
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
    const elsewhere = await gateway(onward, ['ai.example.com']);
    const response = await elsewhere.ask('/v1/chat/completions');
    expect([response.status, await response.json()]).toEqual([404, openaiError('unknown_path')]);
    expect(elsewhere.processor.seen).toEqual([]);
    expect((await fetch(`${elsewhere.url}/healthz`)).status).toBe(200);
  });

  it('refuse a path with an escaped slash', async () => {
    const { ask, provider } = await gateway(onward);
    for (const path of ['/v1/files/..%2f..%2fadmin', '/v1/files/..%5Cadmin']) {
      const response = await ask(path);
      expect([response.status, await response.json()]).toEqual([400, openaiError('bad_request')]);
    }
    expect(provider.requests).toEqual([]);
    expect((await ask('/v1/files?path=a%2fb')).status).toBe(200);
  });

  it('leave the escaped slash in the name of a model to the processor', async () => {
    const { ask, processor } = await gateway(onward);
    for (const path of ['/v1/models/openai%2Fgpt', '/anthropic/v1/models/openai%2fgpt']) {
      const seen = processor.seen.length;
      await ask(path);
      expect(processor.seen.length).toBeGreaterThan(seen);
    }
  });

  it.each([
    ['a version that is not served', 'GET / HTTP/1.0\r\n\r\n', 426, 'upgrade_required'],
    ['two lengths', post('content-length: 2', 'content-length: 3'), 400, 'bad_request'],
    ['a length and chunks', post('content-length: 2', 'transfer-encoding: chunked'), 400, 'bad_request'],
    ['an unknown coding', post('transfer-encoding: tar'), 501, 'bad_request'],
    ['no HTTP', '\u0016\u0003\u0001\u0000', 400, 'bad_request'],
    ['headers without end', post(`x-long: ${'a'.repeat(70_000)}`), 431, 'headers_too_large'],
  ])('answer %s before anybody has to decide', async (_, bytes, status, code) => {
    const { url, provider, processor } = await gateway(onward);
    const [head = '', body = ''] = (await sendBytes(url, bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    // There is no request that could have an id.
    expect(JSON.parse(body)).toEqual({ error: { ...openaiError(code).error, request_id: null } });
    expect([processor.seen, provider.requests]).toEqual([[], []]);
  });

  it('tell load balancers to stay away while it drains', async () => {
    const { url, running, processor } = await gateway(onward);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await running.envoy.admin('/healthcheck/fail', 'POST');
    expect((await fetch(`${url}/healthz`)).status).toBe(503);
    expect(processor.seen).toEqual([]);
  });
});

describe('what a client says', () => {
  const forged = {
    'x-sluice-profile': 'retry-default',
    'x-sluice-credential': 'Bearer forged',
    'X-Sluice-Exchange': '1.1',
    'x-envoy-max-retries': '9',
    'x-envoy-upstream-rq-timeout-ms': '1',
    'x-request-id': 'forged',
  };

  function forgedNames(processor: { readonly seen: readonly SeenMessage[] }): string[] {
    const [first] = processor.seen;
    if (first?.message.request.case !== 'requestHeaders') throw new Error('the processor saw no request');
    const names = first.message.request.value.headers?.headers.map(({ key }) => key) ?? [];
    expect(headerOf(first.message, 'x-request-id')).toEqual(id);
    return names.filter((name) => name.startsWith('x-sluice-') || /^x-envoy-(?!external-address)/.test(name));
  }

  it('cannot be taken for what the processor or Envoy says, over HTTP/1.1', async () => {
    const { url, processor } = await gateway(onward);
    await fetch(`${url}/v1/models`, { headers: forged });
    expect(forgedNames(processor)).toEqual([]);
  });

  it('cannot be taken for what the processor or Envoy says, over HTTP/2', async () => {
    const { url, processor } = await gateway(onward);
    const session = connect(url);
    atEnd(() => session.close());
    const status = await new Promise((resolve, reject) => {
      session.on('error', reject);
      const stream = session.request({ ':path': '/v1/models', ...forged });
      stream.on('response', (headers) => resolve(headers[constants.HTTP2_HEADER_STATUS]));
      stream.on('error', reject);
      stream.end();
    });
    expect(status).toBe(200);
    expect(forgedNames(processor)).toEqual([]);
  });

  it('ends its own request only when it is no HTTP, over HTTP/2', async () => {
    const { url } = await gateway(onward);
    const session = connect(url);
    atEnd(() => session.close());
    const ask = (path: string) =>
      new Promise((resolve) => {
        const stream = session.request({ ':path': path });
        stream.on('response', (headers) => resolve(headers[constants.HTTP2_HEADER_STATUS]));
        stream.on('error', () => resolve('reset'));
        stream.on('close', () => resolve('reset'));
      });
    expect(await ask('/v1/models of mine')).toBe('reset');
    expect(await ask('/v1/models')).toBe(200);
  });

  it('reaches the processor in one spelling of the path', async () => {
    const { url, processor } = await gateway(onward);
    // `fetch` would resolve the dots itself.
    await new Promise((resolve, reject) => {
      request(url, { path: '/v1/chat/.%2E/.//models' }, resolve).on('error', reject).end();
    });
    const [first] = processor.seen;
    expect(first && headerOf(first.message, ':path')).toBe('/v1/models');
  });
});
