import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * Whose request a line of the access log is about, also where the gateway has answered by itself.
 */

const secrets = { CALLER_KEY: 'sk-sluice-access-log-test', DISABLED_KEY: 'sk-sluice-access-log-disabled' };
const owner = { user: 'ana@example.com', team: 'payments', project: 'checkout' };
const nobody = { key: '', user: '', team: '', project: '', api: '', model: '', targets: '' };
const ana = { ...nobody, key: 'ana', ...owner };

let recording: RecordingProvider;
let gateway: TestGateway;

beforeAll(async () => {
  recording = await startRecordingProvider((response) => answerJson(response, 200, {}));
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('first', `http://127.0.0.1:${recording.port}/v1`),
        model('small', ['first/one']),
        apiKey('ana', 'CALLER_KEY', { owner }),
        apiKey('off', 'DISABLED_KEY', { enabled: false }),
      ),
    },
    env: secrets,
    envoyArgs: ['--file-flush-interval-msec', '20'],
  });
});

afterAll(async () => {
  await gateway?.stop();
  await recording?.close();
});

interface Row {
  readonly what: string;
  readonly method?: string;
  readonly path?: string;
  readonly secret?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly status: number;
  readonly line: object;
}

const planned = { model: 'small', targets: 'first/one', stream: false };

const rows: readonly Row[] = [
  { what: 'an answer', status: 200, line: { ...ana, api: 'chat.completions', ...planned } },
  { what: 'a list of models', method: 'GET', path: '/v1/models', status: 200, line: ana },
  { what: 'a wrong type', headers: { 'content-type': 'text/plain' }, status: 415, line: { key: 'ana', ...owner } },
  { what: 'a wrong path', path: '/v1/nothing', status: 404, line: ana },
  { what: 'a wrong method', method: 'GET', status: 405, line: ana },
  { what: 'a wrong body', body: '{', status: 400, line: { ...ana, api: 'chat.completions' } },
  // The name is the caller's text, and stays out.
  { what: 'no such model', body: '{"model":"x"}', status: 404, line: { ...ana, api: 'chat.completions' } },
  { what: 'a disabled key', secret: secrets.DISABLED_KEY, status: 401, line: { ...nobody, key: 'off' } },
  { what: 'an unknown key', secret: 'sk-sluice-nobody', status: 401, line: nobody },
];

describe('the access log', () => {
  it.each(rows)('says whose request it was: $what', async (row) => {
    const { method = 'POST', path = '/v1/chat/completions', secret = secrets.CALLER_KEY } = row;
    const { status, headers } = await rawRequest(gateway.port, {
      method,
      path,
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...row.headers },
      ...(method === 'POST' && { body: row.body ?? '{"model":"small","messages":[]}' }),
    });
    expect(status).toBe(row.status);
    const id = String(headers['x-request-id']);
    await expect.poll(() => lineOf(id)).toMatchObject({ status: row.status, ...row.line });
  });
});

function lineOf(requestId: string): unknown {
  const line = gateway.envoy
    .log()
    .split('\n')
    .find((text) => text.startsWith('{') && text.includes(requestId));
  return line === undefined ? undefined : JSON.parse(line);
}
