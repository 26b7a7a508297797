import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { UsageRecord } from '../../src/llm/usage/record.ts';
import { startGateway } from './gateway.ts';
import { document, documents, model, provider } from './policy-documents.ts';
import {
  answerJson,
  type RecordedRequest,
  type RecordingProvider,
  startRecordingProvider,
} from './recording-provider.ts';
import { until } from './until.ts';
import { usageFile } from './usage-file.ts';

interface More {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

interface Asked {
  readonly status: number;
  readonly text: string;
  readonly record: UsageRecord;
}

/**
 * A gateway that keeps records of usage, and one provider behind it under several names: `old`, below `/v1/old`, takes no
 * `stream_options`, nobody is at `away`, `impatient` waits a second for the next piece of a stream, and `chain` asks `old`
 * after the first one, at a price of its own.
 */
export interface MeteredGateway {
  readonly provider: RecordingProvider;
  /** How it answers. */
  answer: (response: ServerResponse, request: RecordedRequest) => unknown;
  /** With the caller's key. */
  post(path: string, body: object, more?: More): Promise<Response>;
  /** The whole answer, and the record of it. */
  ask(path: string, body: object): Promise<Asked>;
  /** The one record that a request has left. */
  recordedBy<T>(request: () => Promise<T>): Promise<{ readonly result: T; readonly record: UsageRecord }>;
  /** Fails if a record, a log or a metric says one of these, or the caller's key. */
  expectUnsaid(words: readonly string[]): Promise<void>;
  /** The provider has not been asked for anything. */
  reset(): void;
  stop(): Promise<void>;
}

const caller = 'sk-caller-of-usage-records';
const owner = { user: 'ana', team: 'payments', project: 'shop' };
const pricing = { input: 1, output: 10, cachedInput: 0.1, priority: { input: 2, output: 20 } };
const noCoolDown = { retry: { coolDown: { failures: 0 } } };

export async function startMeteredGateway(): Promise<MeteredGateway> {
  const usage = await usageFile();
  const upstream = await startRecordingProvider((response, request) => metered.answer(response, request));
  const closeAll = async (): Promise<void> => {
    await upstream.close();
    await usage.remove();
  };
  const url = `http://127.0.0.1:${upstream.port}/v1`;
  const gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('openai', url),
        provider('anthropic', url, { schema: 'anthropic' }),
        provider('old', `${url}/old`, { body: { remove: ['stream_options'] } }),
        provider('away', 'http://127.0.0.1:1/v1'),
        model('m', ['openai/upstream', 'anthropic/upstream'], { pricing }),
        model('old', [{ provider: 'old' }], noCoolDown),
        model('away', [{ provider: 'away' }], noCoolDown),
        model(
          'chain',
          ['openai/first', { provider: 'old', model: 'second', priority: 1, pricing: { input: 1, output: 1 } }],
          {
            ...noCoolDown,
            pricing,
          },
        ),
        model('impatient', [{ provider: 'openai' }], { retry: { attemptTimeout: '3s', idleTimeout: '1s' } }),
        usage.policy,
        document('ApiKey', 'caller', { hash: `sha256:${sha256Hex(caller)}`, owner }),
      ),
    },
  }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const metered: MeteredGateway = {
    provider: upstream,
    answer: (response) => answerJson(response, 200, {}),
    post: (path, body, { headers, signal } = {}) =>
      fetch(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        ...(signal !== undefined && { signal }),
      }),
    async ask(path, body) {
      const { result, record } = await metered.recordedBy(async () => {
        const response = await metered.post(path, body);
        return { status: response.status, id: response.headers.get('x-request-id'), text: await response.text() };
      });
      if (result.id !== null) expect(record.id).toBe(result.id);
      return { ...result, record };
    },
    async recordedBy(request) {
      const before = (await usage.records()).length;
      const result = await request();
      await until('a record is there', async () => (await usage.records()).length > before);
      await sleep(20);
      const [record, ...more] = (await usage.records()).slice(before);
      expect(more).toEqual([]);
      return { result, record: record as UsageRecord };
    },
    async expectUnsaid(words) {
      const written = [
        await usage.text(),
        gateway.log(),
        ...gateway.processors.map((each) => each.log()),
        ...(await Promise.all(gateway.processors.map((each) => each.metrics()))),
      ].join('\n');
      for (const secret of [...words, caller, sha256Hex(caller)]) expect(written.includes(secret), secret).toBe(false);
    },
    reset: () => void (upstream.requests as unknown[]).splice(0),
    async stop() {
      await gateway.stop();
      await closeAll();
    },
  };
  return metered;
}
