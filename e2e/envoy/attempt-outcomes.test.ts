import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256Hex } from '../../src/lib/hash.ts';
import type { UsageAttempt } from '../../src/llm/usage/record.ts';
import { aiRoute, type LocalBackend, localBackend, modelRule } from '../support/ai-gateway-manifests.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { gatewayDocument } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { type UsageFile, usageFile } from '../support/usage-file.ts';

/*
 * How each attempt of a request went, in its usage record: of every way to fail, on a real Envoy. Two processors stand
 * beside it, so that later attempts meet either of them.
 */

interface Failing {
  readonly name: string;
  /** Absent: nothing listens there. */
  readonly answer?: (response: ServerResponse) => void;
  /** As an attempt that another one follows. */
  readonly outcome: object;
  /** As the last one, where Envoy tells more. */
  readonly last?: object;
}

const status = (code: number): Failing => ({
  name: String(code),
  answer: (response) => answerJson(response, code, { error: { message: 'no' } }),
  outcome: { status: code },
});

const silent: Failing = { name: 'silent', answer: () => undefined, outcome: { failure: 'timed out' } };

const failing: readonly Failing[] = [
  ...[429, 503, 529].map(status),
  { name: 'refused', outcome: { failure: 'no answer' }, last: { failure: 'not connected' } },
  {
    name: 'reset',
    answer: (response) => response.socket?.resetAndDestroy(),
    outcome: { failure: 'no answer' },
    last: { failure: 'disconnected' },
  },
];

const provider = (name: string, port: number): string => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: "${name}"}
spec: {schema: openai, endpoint: "http://127.0.0.1:${port}/v1", credential: {none: {}}}`;

/** A model of this name, which asks these providers in order. */
const chain = (providers: readonly string[], rules = ''): string => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: "${providers.join('-')}"}
spec:
  targets: [${providers.map((name, n) => `{provider: "${name}", model: m${n}, priority: ${n}}`).join(', ')}]
  retry: {coolDown: {failures: 0}${rules}}`;

const mixed = [
  ['429', 'refused', 'good'],
  ['429', 'reset', '503', 'good'],
  ['refused', '529', 'reset', '429'],
  ['503', '503', 'refused'],
];
const watched = ['wrong', '429', 'good'];
const slow = ['silent', 'silent', 'good'];

/** Statuses that are no failures, unless a policy says so. */
const wanted = [202, 307].map(status);

/** A model that asks these backends in order, and whose policy has the next one asked after these statuses. */
const retried = (...backends: readonly LocalBackend[]): readonly string[] => [
  ...backends.map(localBackend),
  aiRoute('retried', [
    modelRule('retried', { backendRefs: backends.map(({ name }, priority) => ({ name, priority })) }),
  ]),
  `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: {name: retried}
spec:
  targetRefs: [{group: aigateway.envoyproxy.io, kind: AIGatewayRoute, name: retried}]
  retry:
    numRetries: ${backends.length - 1}
    retryOn: {triggers: [retriable-status-codes], httpStatusCodes: [${wanted.map(({ name }) => name).join(', ')}]}
`,
];

let gateway: TestGateway;
let usage: UsageFile;
const providers: RecordingProvider[] = [];

beforeAll(async () => {
  usage = await usageFile();
  const answering: readonly Pick<Failing, 'name' | 'answer'>[] = [
    ...failing,
    silent,
    { name: 'good', answer: (response) => answerJson(response, 200, { choices: [] }) },
    { name: 'wrong', answer: (response) => answerJson(response, 200, { error: { message: 'no' } }) },
  ];
  const documents: string[] = [];
  const backends: LocalBackend[] = [];
  for (const { name, answer } of answering) {
    if (answer !== undefined) providers.push(await startRecordingProvider(answer));
    documents.push(provider(name, answer === undefined ? await freePort() : (providers.at(-1)?.port ?? 0)));
  }
  for (const { name, answer = () => undefined } of [...wanted, status(200)]) {
    const answering = await startRecordingProvider(answer);
    providers.push(answering);
    backends.push({ name: `with-${name}`, port: answering.port });
  }
  gateway = await startGateway({
    processors: 2,
    policy: (port) => ({
      'policy.yaml': [
        gatewayDocument([{ name: 'http', port }]),
        ...retried(...backends),
        ...documents,
        ...failing.flatMap(({ name }) => [chain([name, 'good']), chain([name, name, 'good']), chain([name, name])]),
        ...mixed.map((names) => chain(names)),
        chain(watched, ', on: [429, bodyError]'),
        // As short as a busy machine allows.
        chain(slow, ', attemptTimeout: 3s'),
        `\n${usage.policy}`,
        `
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: k}
spec: {hash: "sha256:${sha256Hex('sk-attempts')}"}`,
      ].join('\n---\n'),
    }),
  });
});
afterAll(async () => {
  await gateway?.stop();
  await Promise.all(providers.map((each) => each.close()));
  await usage?.remove();
});

/** What the record of a request along this chain says of its attempts. */
async function attempts(names: readonly string[]): Promise<readonly UsageAttempt[]> {
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-attempts', 'content-type': 'application/json' },
    body: JSON.stringify({ model: names.join('-'), messages: [{ role: 'user', content: 'hello' }] }),
  });
  await response.text();
  return (await usage.recordOf(response.headers.get('x-request-id'))).attempts;
}

const good = { status: 200 };

/** The attempts along these providers with what became of each. */
const expected = (names: readonly string[], outcomes: readonly (object | undefined)[]) =>
  names.map((name, n) => ({ provider: name, providerModel: `m${n}`, ...outcomes[n] }));

describe.each(failing)('$name', ({ name, outcome, last = outcome }) => {
  it.each([
    [
      [name, 'good'],
      [outcome, good],
    ],
    [
      [name, name, 'good'],
      [outcome, outcome, good],
    ],
    [
      [name, name],
      [outcome, last],
    ],
  ])('is told along %j', async (names, outcomes) => {
    expect(await attempts(names)).toEqual(expected(names, outcomes));
  });
});

const outcomesOf = new Map<string, object>([
  ...failing.map(({ name, outcome }) => [name, outcome] as const),
  ['good', good],
]);
const lastOf = new Map(failing.map(({ name, last = {}, outcome }) => [name, { ...outcome, ...last }]));

describe('a chain whose targets fail in different ways', () => {
  it.each(mixed.map((names) => [names]))('says of each its own: %j', async (names) => {
    const outcomes = names.map(
      (name, n) => (n === names.length - 1 ? lastOf.get(name) : undefined) ?? outcomesOf.get(name),
    );
    expect(await attempts(names)).toEqual(expected(names, outcomes));
  });

  it('tells an error behind a 200 from others', async () => {
    const hidden = { status: 200, failure: 'error behind 200' };
    expect(await attempts(watched)).toEqual(expected(watched, [hidden, { status: 429 }, good]));
  });

  it('says which attempts ran out of time', async () => {
    expect(await attempts(slow)).toEqual(expected(slow, [silent.outcome, silent.outcome, good]));
  });

  it('says the status that a policy has retried, though it is none of a failure', async () => {
    const found = await attempts(['retried']);
    expect(found).toMatchObject([{ status: 202 }, { status: 307 }, { status: 200 }]);
  });
});
