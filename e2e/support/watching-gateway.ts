import type { ServerResponse } from 'node:http';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { apiKey, documents, model, provider } from './policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from './recording-provider.ts';

/** The headers of a caller that may ask. */
export const authorised = { authorization: 'Bearer sk-sluice-watch-test-key', 'content-type': 'application/json' };

/** Where OpenAI's dialect is spoken. */
export const chatPath = '/v1/chat/completions';

export interface WatchedAnswer {
  readonly status: number;
  readonly type: string;
  /** As `x-sluice-attempts` has them, with bare commas. */
  readonly attempts: string;
  readonly requestId: string;
  readonly text: string;
}

/**
 * A gateway whose models are watched, or not, for failures behind a 200. Each has two targets, `one` and `two`, but for
 * `single`.
 */
export interface WatchingGateway {
  readonly gateway: TestGateway;
  /** Behind the models without `raw` in their names: the accounts `first` and `second`. */
  readonly practice: Practice;
  /** Behind the others. */
  readonly raw: RecordingProvider;
  /** How `raw` answers, byte by byte if it wants to. */
  answerRaw: (response: ServerResponse, provider: string) => void;
  post(model: string, isStream: boolean, path?: string): Promise<Response>;
  ask(model: string, isStream: boolean, path?: string): Promise<WatchedAnswer>;
  /** Both providers answer properly again. */
  reset(): void;
  stop(): Promise<void>;
}

const onlyHidden = { on: [429, 'bodyError'], coolDown: { failures: 0 } };

const models = [
  model('watched', ['first/one', 'second/two'], { retry: onlyHidden }),
  model('single', ['first/one'], { retry: onlyHidden }),
  model('plain', ['first/one', 'second/two'], { retry: { coolDown: { failures: 0 } } }),
  model('cooling', ['first/one', 'second/two'], { retry: { ...onlyHidden, coolDown: { failures: 2, for: '1m' } } }),
  model('claude', ['claude-first/one', 'claude-second/two'], { retry: onlyHidden }),
  model('quick', ['first/one', 'second/two'], {
    retry: { on: [429], firstTokenTimeout: '300ms', coolDown: { failures: 0 } },
  }),
  model('impatient', ['first/one', 'second/two'], {
    retry: { on: [429], attemptTimeout: '300ms', firstTokenTimeout: '1m', coolDown: { failures: 0 } },
  }),
  model('raw-plain', ['raw-first/one', 'raw-second/two']),
  model('raw', ['raw-first/one', 'raw-second/two'], { retry: onlyHidden }),
  model('raw-quick', ['raw-first/one', 'raw-second/two'], { retry: { ...onlyHidden, firstTokenTimeout: '2s' } }),
];

function questionAt(path: string): object {
  const messages = [{ role: 'user', content: 'Hello' }];
  return path === '/v1/responses' ? { max_output_tokens: 50, input: messages } : { max_tokens: 50, messages };
}

export async function startWatchingGateway(): Promise<WatchingGateway> {
  const practice = await startPractice();
  const raw = await startRecordingProvider((response, { path }) =>
    watching.answerRaw(response, path.split('/')[1] ?? ''),
  );
  const rawUrl = `http://127.0.0.1:${raw.port}`;
  const closeProviders = async (): Promise<void> => {
    await practice.close();
    await raw.close();
  };
  const gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('first', `${practice.url}/first/v1`),
        provider('second', `${practice.url}/second/v1`),
        provider('claude-first', `${practice.url}/first/v1`, { schema: 'anthropic' }),
        provider('claude-second', `${practice.url}/second/v1`, { schema: 'anthropic' }),
        provider('raw-first', `${rawUrl}/first/v1`),
        provider('raw-second', `${rawUrl}/second/v1`),
        ...models,
        apiKey('test', 'CALLER_KEY'),
      ),
    },
    env: { CALLER_KEY: authorised.authorization.slice('Bearer '.length) },
  }).catch(async (error: unknown) => {
    await closeProviders();
    throw error;
  });
  const answerProperly: WatchingGateway['answerRaw'] = (response, name) => answerJson(response, 200, { from: name });
  const watching: WatchingGateway = {
    gateway,
    practice,
    raw,
    answerRaw: answerProperly,
    post: (name, stream, path = chatPath) =>
      fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { ...authorised, 'anthropic-version': '2023-06-01' },
        body: JSON.stringify({ model: name, stream, ...questionAt(path) }),
      }),
    async ask(name, isStream, path) {
      const response = await watching.post(name, isStream, path);
      return {
        status: response.status,
        type: response.headers.get('content-type') ?? '',
        attempts: (response.headers.get('x-sluice-attempts') ?? '').replaceAll(', ', ','),
        requestId: response.headers.get('x-request-id') ?? '',
        text: await response.text(),
      };
    },
    reset() {
      practice.clear();
      watching.answerRaw = answerProperly;
    },
    async stop() {
      await gateway.stop();
      await closeProviders();
    },
  };
  return watching;
}
