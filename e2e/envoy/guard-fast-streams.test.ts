import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { contentEvent, startStream } from '../support/raw-stream.ts';
import { type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/* A provider that says more in a second than is looked through in it. */

const caller = 'sk-caller-of-fast-streams';
const pieces = 2_000;
const piece = `${'It rains on the hills, and then it stops. '.repeat(400)}Ask ana@example.com. `;

let upstream: RecordingProvider;
let gateway: TestGateway;
beforeAll(async () => {
  upstream = await startRecordingProvider((response) => void pourOut(response));
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('openai', `http://127.0.0.1:${upstream.port}/v1`),
        model('m', ['openai/upstream']),
        document('Guardrail', 'addresses', {
          rules: [{ name: 'data', on: ['response'], pii: {}, action: 'redact' }],
        }),
        apiKey('caller', 'CALLER_KEY'),
      ),
    },
    env: { CALLER_KEY: caller },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await upstream?.close();
});

it('is slowed down, and not a word of it is lost', { timeout: 120_000 }, async () => {
  const hurried = Array.from({ length: 2 }, async () => (await ask()).text());
  for (const text of await Promise.all([...hurried, readAfterAWhile()])) {
    expect(text.match(/It rains on the hills/g)).toHaveLength(400 * pieces);
    expect(text).not.toContain('ana@example.com');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  }
});

async function pourOut(response: ServerResponse): Promise<void> {
  startStream(response);
  const event = contentEvent(piece);
  for (let n = 0; n < pieces; n++) if (!response.write(event)) await once(response, 'drain');
  response.end('data: [DONE]\n\n');
}

/** A caller who has something else to do first. */
async function readAfterAWhile(): Promise<string> {
  const response = await ask();
  await sleep(1_500);
  return response.text();
}

function ask(): Promise<Response> {
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
  });
}
