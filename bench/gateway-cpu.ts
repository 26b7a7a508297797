/*
 * CPU of the gateway (Envoy and processor, user and system) per request, as a multiple of Envoy alone carrying the same
 * requests in the same run. Rounds alternate between the two; the figure is the median of the rounds' ratios. A first round
 * of each does not count: in it the processor's code is still being compiled, which is not what a gateway does all day.
 */
import { median, printFigure, withSpread } from './support/figure.ts';
import { runLoad } from './support/load.ts';
import { callerKey, type Pair, type Subject, startPair } from './support/pair.ts';
import { type Behaviour, startUpstream } from './support/upstream.ts';

interface Scenario {
  readonly name: string;
  readonly connections: number;
  readonly promptBytes: number;
  readonly requests: number;
  /** Providers in the order of the chain. */
  readonly providers: readonly Behaviour[];
  readonly retryStatus?: number;
  /** Divides the cost: chunks of a stream. */
  readonly unitsPerRequest?: number;
  readonly goal?: number;
}

const answer: Behaviour = { kind: 'json', status: 200, bytes: 1_000 };
const stream: Behaviour = { kind: 'sse', chunks: 200, everyMs: 10 };
const limited: Behaviour = { kind: 'json', status: 429, bytes: 100 };

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 2 : 7;
const few = (count: number): number => (isQuick ? Math.ceil(count / 4) : count);

const chat = { promptBytes: 2_000, providers: [answer] };
const scenarios: readonly Scenario[] = [
  { ...chat, name: 'chat 2 KB in, 1 KB out, 1 connection', connections: 1, requests: few(2_000) },
  { ...chat, name: 'chat 2 KB in, 1 KB out, 32 connections', connections: 32, requests: few(8_000), goal: 4.5 },
  { ...chat, name: 'chat 2 KB in, 1 KB out, 256 connections', connections: 256, requests: few(8_000) },
  { ...chat, name: 'chat 32 KB prompt, 32 connections', connections: 32, promptBytes: 32_000, requests: few(4_000) },
  { ...chat, name: 'chat 128 KB prompt, 32 connections', connections: 32, promptBytes: 128_000, requests: few(1_500) },
  {
    name: 'SSE, per chunk (200 chunks 10 ms apart, 8 streams)',
    connections: 8,
    promptBytes: 2_000,
    requests: few(32),
    providers: [stream],
    unitsPerRequest: 200,
    goal: 2,
  },
  {
    name: 'fallback after a 429, 32 connections',
    connections: 32,
    promptBytes: 2_000,
    requests: few(4_000),
    providers: [limited, answer],
    retryStatus: 429,
    goal: 3,
  },
];

async function measure(subject: Subject, scenario: Scenario): Promise<number> {
  let before = 0;
  const content = 'x'.repeat(scenario.promptBytes - 80);
  const isStream = scenario.providers.some((provider) => provider.kind === 'sse');
  const body = JSON.stringify({ model: 'bench', stream: isStream, messages: [{ role: 'user', content }] });
  const result = await runLoad({
    port: subject.port,
    connections: scenario.connections,
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${callerKey}` },
    body,
    requests: scenario.requests,
    warmUp: Math.max(scenario.connections, Math.ceil(scenario.requests / 5)),
    onStart: () => {
      before = subject.cpuSeconds();
    },
  });
  if (result.failures > 0) throw new Error(`${result.failures} requests of ${subject.name} failed`);
  const units = scenario.requests * (scenario.unitsPerRequest ?? 1);
  return ((subject.cpuSeconds() - before) / units) * 1e6;
}

async function compare(pair: Pair, scenario: Scenario): Promise<void> {
  const ratios: number[] = [];
  const alone: number[] = [];
  await measure(pair.alone, scenario);
  await measure(pair.gateway, scenario);
  for (let round = 0; round < rounds; round++) {
    const base = await measure(pair.alone, scenario);
    ratios.push((await measure(pair.gateway, scenario)) / base);
    alone.push(base);
  }
  const { goal } = scenario;
  printFigure({
    name: scenario.name,
    value: `× ${withSpread(ratios)}`,
    against: `the CPU of Envoy alone (${median(alone).toFixed(0)} µs)`,
    goal: goal === undefined ? '' : `≤ ${goal}`,
    isMet: goal === undefined ? undefined : median(ratios) <= goal,
  });
}

for (const scenario of scenarios) {
  const providers = await Promise.all(scenario.providers.map(startUpstream));
  const pair = await startPair(
    providers.map((provider) => provider.port),
    scenario.retryStatus,
  );
  await compare(pair, scenario);
  await pair.stop();
  for (const provider of providers) provider.close();
}
