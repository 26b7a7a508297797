import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll } from 'vitest';
import { apiShapes } from './api-shapes.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { apiKey, document, documents, model, provider } from './policy-documents.ts';
import { type RecordedRequest, type RecordingProvider, startRecordingProvider } from './recording-provider.ts';

/** What no answer may hold. */
export const ticket = 'TCK-123456';
export const chat = apiShapes.find(({ name }) => name === 'chat.completions');

/** What the tests of a file share: a gateway that judges answers, and a provider that makes it hard. */
export interface HostileProvider {
  /** How the provider answers. */
  answer: (response: ServerResponse, request: RecordedRequest) => unknown;
  readonly gateway: TestGateway;
  /** `key`: what is done with tickets. */
  ask(key?: 'redact' | 'block', isStream?: boolean, signal?: AbortSignal): Promise<Response>;
}

/** Starts before the tests of the file that calls it, and ends behind them. */
export function hostileProvider(): HostileProvider {
  let server: RecordingProvider;
  let gateway: TestGateway;
  const site: HostileProvider = {
    answer: (response) => void response.destroy(),
    get gateway() {
      return gateway;
    },
    ask(key = 'redact', isStream = true, signal) {
      return fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer sk-sluice-test-key-${key}`, 'content-type': 'application/json' },
        body: JSON.stringify(chat?.request('hello', isStream)),
        ...(signal !== undefined && { signal }),
      });
    },
  };

  beforeAll(async () => {
    server = await startRecordingProvider((response, request) => void site.answer(response, request));
    gateway = await startGateway({
      env: { REDACT_KEY: 'sk-sluice-test-key-redact', BLOCK_KEY: 'sk-sluice-test-key-block' },
      policy: {
        'policy.yaml': documents(
          provider('openai', `http://127.0.0.1:${server.port}/v1`, { credential: { none: {} } }),
          provider('claude', `http://127.0.0.1:${server.port}/v1`, { schema: 'anthropic', credential: { none: {} } }),
          model('m', ['openai/m', 'claude/m']),
          apiKey('redact', 'REDACT_KEY'),
          apiKey('block', 'BLOCK_KEY'),
          rail('redact'),
          rail('block'),
        ),
      },
    });
  });
  afterAll(async () => {
    await gateway?.stop();
    await server?.close();
  });
  return site;
}

const rail = (action: string) =>
  document('Guardrail', action, {
    scope: { keys: [action] },
    rules: [
      {
        name: 'tickets',
        on: ['response'],
        regex: { pattern: 'TCK-\\d{6}' },
        action,
        message: 'No tickets.',
        redaction: { text: '[TICKET]' },
      },
    ],
  });

export function beginStream(response: ServerResponse, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', ...headers });
}

/** A stream that says these pieces. */
export const streamOf = (...pieces: readonly string[]) => (chat?.stream?.(pieces) ?? []).join('');
