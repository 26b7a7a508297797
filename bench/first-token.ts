/*
 * What redaction adds to the time until a caller has the first words of a streamed answer: the same gateway, a caller
 * with guardrails and one without, in turns. What the clock says of a p99 is mostly what else the machine does. Until the
 * first words are there, one works at a time and the others wait for it; so what Envoy and processor have computed by
 * then is counted as well: it is the time that they take where nobody else wants their core, apart from waking up.
 */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGateway } from '../e2e/support/gateway.ts';
import { median, printFigure, withSpread } from './support/figure.ts';
import { percentile } from './support/load.ts';
import { pin } from './support/pair.ts';
import { mainThread, threadCpu, workerThreads } from './support/thread-cpu.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 5 : 9;

const sentence = 'On Tuesday the team reviewed the pull requests and moved three of them to the next version. ';
/** The second piece comes so long after the first. */
const answers = {
  phrases: { pieces: sentence.match(/(?:\S+ ){4}/g) ?? [], pauseMs: 2, requests: isQuick ? 200 : 500 },
  words: { pieces: (sentence.match(/\s?\S+/g) ?? []).slice(0, 4), pauseMs: 10, requests: 20 },
} as const;
type Answer = keyof typeof answers;
/** Between two requests: what is left to do for one must not be counted for the next. */
const restMs = 2;

const chunkOf = (content: string): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

let sendRest = (): void => {};
const provider = createServer((incoming, response) => {
  const chunks: string[] = [];
  incoming.on('data', (bytes: Buffer) => chunks.push(bytes.toString('latin1')));
  incoming.on('end', () => {
    const isWords = chunks.join('').includes('one by one');
    const [first = '', second = '', ...others] = answers[isWords ? 'words' : 'phrases'].pieces.map(chunkOf);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(first);
    sendRest = () => {
      response.write(second);
      response.end(`${others.join('')}data: [DONE]\n\n`);
    };
    if (isWords) setTimeout(sendRest, answers.words.pauseMs);
  });
});
await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));

const keys = { plain: 'sk-sluice-bench-plain', guarded: 'sk-sluice-bench-guarded' } as const;
type Caller = keyof typeof keys;
const callers = ['plain', 'guarded'] as const;
const gateway = await startGateway({
  env: { PLAIN: keys.plain, GUARDED: keys.guarded },
  policy: {
    'policy.yaml': `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: p}
spec: {schema: openai, endpoint: "http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1", network: private, credential: {none: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec: {targets: [{provider: p}]}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: plain}
spec: {secretRef: {env: PLAIN}}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: guarded}
spec: {secretRef: {env: GUARDED}}
---
apiVersion: sluice.dev/v1alpha1
kind: Guardrail
metadata: {name: redacting}
spec:
  scope: {keys: [guarded]}
  rules:
    - {name: personal, pii: {}, action: redact}
    - {name: secret, secrets: {}, action: redact}
    - {name: words, keywords: [${Array.from({ length: 50 }, (_, index) => `project codename ${index}`).join(', ')}], action: redact}
`,
  },
});

const { envoy } = gateway;
const processors = gateway.processors.map(({ pid }) => pid);
pin([envoy.pid, ...processors], 0);
pin([process.pid], 1);
const computed = threadCpu([...workerThreads(envoy.pid), ...processors.map(mainThread)]);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds until some text has come. */
interface Took {
  readonly byClock: number;
  readonly computed: number;
}

function firstText(key: string, how: Answer): Promise<Took> {
  const content = `${how === 'words' ? 'one by one: ' : ''}${sentence.repeat(20)}`;
  const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content }] });
  return new Promise((resolve, reject) => {
    const computedBefore = computed();
    const startedAt = performance.now();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const asked = request({ port: gateway.port, agent, method: 'POST', path: '/v1/chat/completions', headers });
    asked.on('response', (response) => {
      let seen = '';
      let took: Took | undefined;
      response.setEncoding('latin1');
      response.on('data', (text: string) => {
        seen += text;
        if (took !== undefined || !/"content":"[^"]/.test(seen)) return;
        took = { byClock: performance.now() - startedAt, computed: computed() - computedBefore };
        if (how === 'phrases') setTimeout(sendRest, answers[how].pauseMs);
      });
      response.on('end', () => {
        const result = took;
        if (result === undefined) reject(new Error(`no text: ${seen}`));
        else setTimeout(() => resolve(result), restMs);
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function round(how: Answer): Promise<Readonly<Record<Caller, readonly Took[]>>> {
  const times: Record<Caller, Took[]> = { plain: [], guarded: [] };
  for (let index = 0; index < answers[how].requests; index++) {
    // Whoever comes second finds the caches as the first has left them.
    for (const who of index % 2 === 0 ? callers : callers.toReversed()) {
      times[who].push(await firstText(keys[who], how));
    }
  }
  return times;
}

async function compare(how: Answer): Promise<(share: number, which: keyof Took) => Compared> {
  await round(how);
  const measured: Awaited<ReturnType<typeof round>>[] = [];
  for (let count = 0; count < rounds; count++) measured.push(await round(how));
  return (share, which) => {
    const of = (took: readonly Took[]): number =>
      percentile(Float64Array.from(took, (each) => each[which]).sort(), share);
    return {
      added: measured.map(({ plain, guarded }) => of(guarded) - of(plain)),
      without: median(measured.map(({ plain }) => of(plain))),
    };
  };
}

interface Compared {
  /** In each round. */
  readonly added: readonly number[];
  readonly without: number;
}

function print(name: string, { added, without }: Compared, note: string, goal?: number): void {
  printFigure({
    name,
    value: `+ ${withSpread(added)} ms`,
    against: `${without.toFixed(2)} ms without${note}`,
    goal: goal === undefined ? '' : `< ${goal} ms`,
    isMet: goal === undefined ? undefined : isBelow(goal, added),
  });
}

/** Undefined: the rounds do not agree. */
function isBelow(goal: number, values: readonly number[]): boolean | undefined {
  if (Math.max(...values) < goal) return true;
  return Math.min(...values) >= goal ? false : undefined;
}

const phrases = await compare('phrases');
const words = await compare('words');
print('redaction, until the first text, p50', phrases(0.5, 'byClock'), ' by the clock');
print('the same, p99', phrases(0.99, 'byClock'), ' by the clock', 1);
print('redaction, computed until then, p50', phrases(0.5, 'computed'), ' by Envoy and processor');
print('the same, p99', phrases(0.99, 'computed'), ' by Envoy and processor', 1);
print(
  'redaction, word by word, p50',
  words(0.5, 'byClock'),
  `; ${answers.words.pauseMs} ms apart, it waits for the next`,
);
agent.destroy();
await gateway.stop();
provider.closeAllConnections();
provider.close();
