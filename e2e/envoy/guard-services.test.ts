import type { ServerResponse } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { fakeAzureContentSafety } from '../../src/guard/remote/testing/fake-azure-content-safety.ts';
import { fakeBedrockGuardrail } from '../../src/guard/remote/testing/fake-bedrock-guardrail.ts';
import { fakeOpenaiModeration } from '../../src/guard/remote/testing/fake-openai-moderation.ts';
import type { FakeService } from '../../src/guard/remote/testing/fake-service.ts';
import { fakeWebhook } from '../../src/guard/remote/testing/fake-webhook.ts';
import { apiShapes, errorOfStream, textOfStream } from '../support/api-shapes.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* Guardrails that ask services, on a real Envoy: what they say, what their silence means, streamed and not. */

const chat = apiShapes.find(({ name }) => name === 'chat.completions');
const fine = 'a harmless text';
const bad = {
  hook: 'a BAD text',
  azure: 'a text of Violence=6',
  moderation: 'a text of violence=0.9',
  bedrock: 'a FORBIDDEN text',
} as const;
type ServiceName = keyof typeof bad;
const names: readonly ServiceName[] = ['hook', 'azure', 'moderation', 'bedrock'];
const aws = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'aws/secret+key' };

let gateway: TestGateway;
let server: RecordingProvider;
let services: Readonly<Record<ServiceName, FakeService>>;
let answer: (response: ServerResponse) => void;

/** Each of a key, a rule's action and what silence means. */
const rails = [
  ...names.flatMap((service) =>
    (['closed', 'open'] as const).map((onFailure) => ({ service, action: 'block', onFailure })),
  ),
  { service: 'hook', action: 'redact', onFailure: 'closed' },
] as const;
const nameOf = ({ service, action, onFailure }: (typeof rails)[number]) => `${service}-${action}-${onFailure}`;

beforeAll(async () => {
  server = await startRecordingProvider((response) => answer(response));
  services = {
    hook: await fakeWebhook(
      (texts) => {
        if (!texts.some(({ text }) => text.includes('BAD'))) return { version: 1, verdict: 'allow' };
        // What the rule does with the two is its own business: one that blocks blocks either.
        return {
          version: 1,
          verdict: 'replace',
          texts: texts.map(({ text }) => text.replaceAll('BAD', 'good')),
          reasons: [{ text: 0, category: 'badness', score: 1 }],
        };
      },
      { credential: ['authorization', 'Bearer hook-key'] },
    ),
    azure: await fakeAzureContentSafety('azure-key'),
    moderation: await fakeOpenaiModeration('moderation-key'),
    bedrock: await fakeBedrockGuardrail({ region: 'eu-central-1', guardrailId: 'gr1', guardrailVersion: '7', ...aws }),
  };
  const apiKeyOf = (env: string) => ({ apiKey: { env } });
  const detectors = {
    hook: { webhook: { url: `${services.hook.url}/check`, credential: apiKeyOf('HOOK') } },
    azure: {
      azureContentSafety: { endpoint: services.azure.url, credential: apiKeyOf('AZURE'), promptShield: true },
    },
    moderation: { openaiModeration: { endpoint: `${services.moderation.url}/v1`, credential: apiKeyOf('MODERATION') } },
    bedrock: {
      bedrockGuardrail: {
        ...{ region: 'eu-central-1', guardrailId: 'gr1', version: '7', endpoint: services.bedrock.url },
        credential: { aws: { accessKeyId: { env: 'AWS_ID' }, secretAccessKey: { env: 'AWS_SECRET' } } },
      },
    },
  };
  gateway = await startGateway({
    env: {
      ...{ HOOK: 'hook-key', AZURE: 'azure-key', MODERATION: 'moderation-key' },
      ...{ AWS_ID: aws.accessKeyId, AWS_SECRET: aws.secretAccessKey },
      ...Object.fromEntries(rails.map((rail, index) => [`KEY_${index}`, `sk-sluice-test-${nameOf(rail)}`])),
    },
    policy: {
      'policy.yaml': documents(
        provider('openai', `http://127.0.0.1:${server.port}/v1`, { credential: { none: {} } }),
        model('m', ['openai/m']),
        ...rails.map((rail, index) => apiKey(nameOf(rail), `KEY_${index}`)),
        ...rails.map((rail) =>
          document('Guardrail', nameOf(rail), {
            scope: { keys: [nameOf(rail)] },
            rules: [
              {
                name: 'service',
                on: ['request', 'response'],
                ...detectors[rail.service],
                action: rail.action,
                onFailure: rail.onFailure,
                timeout: '400ms',
                streaming: 'buffer',
              },
            ],
          }),
        ),
      ),
    },
  });
});
afterAll(async () => {
  await gateway?.stop();
  await server?.close();
  await Promise.all(Object.values(services ?? {}).map((service) => service.close()));
});
beforeEach(() => {
  (server.requests as unknown[]).length = 0;
});
afterEach(() => {
  for (const service of Object.values(services)) {
    service.behave(undefined);
    expect(service.refusals).toEqual([]);
  }
});

interface Outcome {
  readonly status: number;
  readonly text: string;
  readonly error: Readonly<Record<string, unknown>> | undefined;
  readonly raw: string;
}

async function ask(key: string, text: string, isStream = false): Promise<Outcome> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer sk-sluice-test-${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(chat?.request(text, isStream)),
  });
  const raw = await response.text();
  const { status } = response;
  if (response.headers.get('content-type')?.startsWith('text/event-stream') === true) {
    return { status, text: textOfStream(raw), error: errorOfStream(raw), raw };
  }
  const body = JSON.parse(raw) as { error?: Record<string, unknown>; choices?: { message: { content: string } }[] };
  return { status, text: body.choices?.[0]?.message.content ?? '', error: body.error, raw };
}

function answering(text: string, isStream: boolean): void {
  answer = (response) => {
    if (!isStream) {
      answerJson(response, 200, chat?.answer?.(text));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const event of chat?.stream?.([...text]) ?? []) response.write(event);
    response.end();
  };
}

describe.each(names)('%s', (service) => {
  it('lets a request pass, and refuses one', async () => {
    answering(fine, false);
    expect(await ask(`${service}-block-closed`, fine)).toMatchObject({ status: 200, text: fine });
    expect(server.requests).toHaveLength(1);
    const { status, error } = await ask(`${service}-block-closed`, bad[service]);
    expect(status).toBe(403);
    expect(error).toMatchObject({ type: 'guardrail_violation', guardrail: `${service}-block-closed`, rule: 'service' });
    expect(server.requests).toHaveLength(1);
  });

  it.each([false, true])('lets an answer pass as it is, and keeps one back (streamed: %s)', async (isStream) => {
    answering(fine, isStream);
    const passed = await ask(`${service}-block-closed`, 'hello', isStream);
    expect(passed).toMatchObject({ status: 200, text: fine, error: undefined });
    answering(bad[service], isStream);
    const { status, text, error, raw } = await ask(`${service}-block-closed`, 'hello', isStream);
    expect(status).toBe(isStream ? 200 : 403);
    expect(text).toBe('');
    expect(error).toMatchObject({ type: 'guardrail_violation' });
    expect(raw).not.toContain(bad[service]);
  });

  it.each([false, true])(
    'that is too late refuses, or lets pass where it fails open (streamed: %s)',
    async (isStream) => {
      // Texts of their own, about which no verdict is kept.
      const text = (what: string) => `too late for ${service} ${isStream} ${what}`;
      answering(text('answer'), isStream);
      services[service].behave({ kind: 'hang' });
      const startedAt = performance.now();
      const { status, error } = await ask(`${service}-block-closed`, text('closed'), isStream);
      expect(status).toBe(503);
      expect(error).toMatchObject({ code: 'guardrail_unavailable', guardrail: `${service}-block-closed` });
      // Envoy would wait for ten seconds.
      expect(performance.now() - startedAt).toBeLessThan(8_000);
      expect(server.requests).toEqual([]);
      expect(await ask(`${service}-block-open`, text('open'), isStream)).toMatchObject({
        status: 200,
        text: text('answer'),
        error: undefined,
      });
      // Once it is there again it is asked again; five failures in a row would have it left alone.
      services[service].behave(undefined);
      expect((await ask(`${service}-block-closed`, text('again'), isStream)).status).toBe(200);
    },
  );
});

describe('a webhook that rewords', () => {
  it('has its words go to the provider in place of the caller’s', async () => {
    answering(fine, false);
    expect((await ask('hook-redact-closed', bad.hook)).status).toBe(200);
    expect(server.requests[0]?.body).toBe(JSON.stringify(chat?.request('a good text', false)));
  });

  it.each([false, true])('has its words go to the caller in place of the model’s (streamed: %s)', async (isStream) => {
    answering(bad.hook, isStream);
    const { status, text, raw } = await ask('hook-redact-closed', 'hello', isStream);
    expect([status, text]).toEqual([200, 'a good text']);
    expect(raw).not.toContain('BAD');
  });

  it.each([false, true])(
    'lets nothing of an answer out that it did not get to judge (streamed: %s)',
    async (isStream) => {
      answer = (response) => {
        services.hook.behave({ kind: 'hang' });
        const text = `an unjudged answer ${isStream}`;
        if (!isStream) return answerJson(response, 200, chat?.answer?.(text));
        response.writeHead(200, { 'content-type': 'text/event-stream' }).end(chat?.stream?.([text]).join(''));
      };
      const { status, error, raw } = await ask('hook-redact-closed', 'hello', isStream);
      expect(status).toBe(isStream ? 200 : 503);
      expect(error).toMatchObject({ code: 'guardrail_unavailable' });
      expect(raw).not.toContain('unjudged answer');
    },
  );
});

describe('a caller that leaves while a service is asked', () => {
  it('has the service left as well', async () => {
    services.hook.behave({ kind: 'hang' });
    const before = services.hook.abandoned;
    const controller = new AbortController();
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: 'Bearer sk-sluice-test-hook-block-closed', 'content-type': 'application/json' },
      body: JSON.stringify(chat?.request('somebody who leaves', false)),
    });
    const seen = services.hook.requests.length;
    await until('the service is asked', () => services.hook.requests.length > seen);
    controller.abort();
    await expect(asked).rejects.toThrow();
    await until('the service is left', () => services.hook.abandoned > before, { limitMs: 3_000 });
    expect(server.requests).toEqual([]);
  });
});
