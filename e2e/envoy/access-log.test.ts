import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, smallModel } from '../support/policy-documents.ts';
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
        smallModel(recording.port),
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

it('has a line of a body that breaks on its way, which gets no answer', async () => {
  expect(await answerToBrokenBody()).toBe('');
  const isBroken = (line: unknown) => Object(line).details === 'http1.codec_error';
  await expect
    .poll(() => lines().filter(isBroken))
    .toEqual([expect.objectContaining({ status: 400, flags: 'DPE', key: 'ana', ...owner, bytes_sent: 0 })]);
});

/** How often the processor has said something: the first time about the headers. */
const heard = () => gateway.envoy.stat('http.gateway.ext_proc.router.stream_msgs_received');

/** What comes back until the connection ends. */
async function answerToBrokenBody(): Promise<string> {
  const socket = connect(gateway.port, '127.0.0.1');
  const heads = ['POST /v1/chat/completions HTTP/1.1', 'host: a', `authorization: Bearer ${secrets.CALLER_KEY}`];
  const before = await heard();
  socket.write(`${heads.join('\r\n')}\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"mod\r\n`);
  await expect.poll(heard).toBeGreaterThan(before);
  socket.write('ZZ\r\nel":1\r\n');
  return text(socket);
}

function lines(): readonly unknown[] {
  // The last one may not be complete.
  const written = gateway.envoy.log().split('\n').slice(0, -1);
  return written.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as unknown);
}

function lineOf(requestId: string): unknown {
  return lines().find((line) => Object(line).request_id === requestId);
}
