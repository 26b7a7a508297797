import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GatewayOptions, startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { type RecordedRequest, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * Paths of APIs that the gateway does not know, opened by the policy of a provider.
 */

const secret = 'sk-sluice-passthrough-test-key';
const limited = 'sk-sluice-passthrough-of-a-limited-key';
const audio = Buffer.from([0x49, 0x44, 0x33, 0x00, 0xff, 0xfb, 0x90, 0x00]);

let upstream: RecordingProvider;
let gateway: TestGateway;
let status = 200;
const requests: RecordedRequest[] = [];

beforeAll(async () => {
  upstream = await startRecordingProvider((response, request) => {
    requests.push(request);
    if (status === 200) response.writeHead(200, { 'content-type': 'audio/mpeg' }).end(audio);
    else response.writeHead(status, { 'content-type': 'text/html' }).end('<p>in its own words</p>');
  });
  const policy: GatewayOptions['policy'] = {
    'policy.yaml': documents(
      provider('speech', `http://127.0.0.1:${upstream.port}/base/v1`, {
        credential: { apiKey: { env: 'SPEECH_KEY' } },
        headers: { set: { 'x-team': 'ai' }, remove: ['x-debug'] },
        body: { set: { store: false } },
        passthrough: { paths: ['/v1/audio/speech', '/v1/files/*'] },
      }),
      model('small', ['speech/m']),
      apiKey('test', 'CALLER_KEY'),
      apiKey('limited', 'LIMITED_KEY', { models: { allow: ['small'] } }),
      apiKey('granted', 'GRANTED_KEY', { models: { allow: ['small', 'speech/passthrough'] } }),
      document('GatewayPolicy', 'limits', { maxBodySize: '16KiB' }),
    ),
  };
  gateway = await startGateway({
    policy,
    env: {
      SPEECH_KEY: 'speech-secret',
      CALLER_KEY: secret,
      LIMITED_KEY: limited,
      GRANTED_KEY: 'sk-sluice-passthrough-of-a-granted-key',
    },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await upstream?.close();
});

beforeEach(() => {
  requests.length = 0;
  status = 200;
});

const authorised = { authorization: `Bearer ${secret}` };

describe('a path that is opened', () => {
  it('is passed on as it is, with the credential of the provider', async () => {
    const body = Buffer.from('--x\r\nnot json at all \u00ff\r\n--x--', 'latin1');
    const response = await fetch(`${gateway.url}/v1/audio/speech?voice=a&format=b`, {
      method: 'POST',
      headers: { ...authorised, 'content-type': 'multipart/form-data; boundary=x', 'x-debug': '1' },
      body,
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(audio);
    expect(response.headers.get('content-type')).toBe('audio/mpeg');
    expect(response.headers.get('x-sluice-provider')).toBe('speech');
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatchObject({
      method: 'POST',
      path: '/base/v1/audio/speech?voice=a&format=b',
      body: body.toString(),
      headers: {
        authorization: 'Bearer speech-secret',
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': String(body.length),
        'x-team': 'ai',
      },
    });
    expect(requests[0]?.headers).not.toHaveProperty('x-debug');
  });

  it.each(['GET', 'DELETE', 'PUT'])('takes every method: %s', async (method) => {
    const response = await fetch(`${gateway.url}/v1/files/file-1/content`, { method, headers: authorised });
    expect(response.status).toBe(200);
    expect(requests[0]).toMatchObject({ method, path: '/base/v1/files/file-1/content' });
  });

  it('gives the error of the provider in its own words', async () => {
    status = 502;
    const response = await fetch(`${gateway.url}/v1/files/file-1`, { headers: authorised });
    expect([response.status, await response.text()]).toEqual([502, '<p>in its own words</p>']);
  });

  it('keeps to the limit of the body', async () => {
    const body = 'x'.repeat(17 * 1024);
    for (const isChunked of [false, true]) {
      const answer = await rawRequest(gateway.port, { path: '/v1/audio/speech', headers: authorised, body, isChunked });
      expect(answer.status).toBe(413);
    }
    expect(requests).toHaveLength(0);
  });

  it('needs a key, and the right to it where a key is limited to models', async () => {
    const ask = async (headers: Record<string, string>): Promise<number> =>
      (await fetch(`${gateway.url}/v1/files/file-1`, { headers })).status;
    expect(await ask({})).toBe(401);
    expect(await ask({ authorization: `Bearer ${limited}` })).toBe(403);
    expect(requests).toHaveLength(0);
    expect(await ask({ authorization: 'Bearer sk-sluice-passthrough-of-a-granted-key' })).toBe(200);
  });
});

describe('a path that is not opened', () => {
  it.each([
    '/v1/audio/transcriptions',
    '/v1/audio/speech/more',
    '/v1/audio/speech/',
    '/v1/filesystem',
    '/v1/files/../audio/transcriptions',
    '/v1/files/%2e%2e/admin',
    '/v1/files/..%2fadmin',
    '/v1/files/%2e%2e%2fadmin',
    '/v1/files/a%00b',
    '/v1/files/..;/admin',
    '/base/v1/files/file-1',
    '/v2/files/file-1',
  ])('stays closed: %s', async (path) => {
    const answer = await rawRequest(gateway.port, { method: 'GET', path, headers: authorised });
    expect([400, 404]).toContain(answer.status);
    expect(requests).toHaveLength(0);
  });
});
