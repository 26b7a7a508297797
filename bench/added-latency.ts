/*
 * What the gateway adds to the time of a request over Envoy alone, unloaded: one connection, one request after the
 * other, rounds alternating between the two. And the same for the first chunk of a stream.
 */
import { median, printFigure } from './support/figure.ts';
import { percentile, runLoad } from './support/load.ts';
import { callerKey, type Subject, startPair } from './support/pair.ts';
import { type Behaviour, startUpstream } from './support/upstream.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 2 : 5;

interface Times {
  readonly p50: number;
  readonly p99: number;
  readonly firstByte: number;
}

async function measure(subject: Subject, isStream: boolean, requests: number): Promise<Times> {
  const body = JSON.stringify({
    model: 'bench',
    stream: isStream,
    messages: [{ role: 'user', content: 'x'.repeat(1_900) }],
  });
  const result = await runLoad({
    port: subject.port,
    connections: 1,
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${callerKey}` },
    body,
    requests,
    warmUp: Math.ceil(requests / 2),
    onStart: () => undefined,
  });
  if (result.failures > 0) throw new Error(`${result.failures} requests of ${subject.name} failed`);
  return {
    p50: percentile(result.latencies, 0.5),
    p99: percentile(result.latencies, 0.99),
    firstByte: percentile(result.firstBytes, 0.5),
  };
}

async function added(behaviour: Behaviour, requests: number, pick: (times: Times) => number) {
  const upstream = await startUpstream(behaviour);
  const pair = await startPair([upstream.port]);
  const isStream = behaviour.kind === 'sse';
  const alone: number[] = [];
  const gateway: number[] = [];
  for (let round = 0; round < rounds; round++) {
    alone.push(pick(await measure(pair.alone, isStream, requests)));
    gateway.push(pick(await measure(pair.gateway, isStream, requests)));
  }
  await pair.stop();
  upstream.close();
  return { alone: median(alone), added: median(gateway) - median(alone) };
}

const answer: Behaviour = { kind: 'json', status: 200, bytes: 1_000 };
const stream: Behaviour = { kind: 'sse', chunks: 2, everyMs: 1 };
const figures = [
  { name: 'added latency p50, 1 connection', behaviour: answer, pick: (times: Times) => times.p50, goal: 1 },
  { name: 'added latency p99, 1 connection', behaviour: answer, pick: (times: Times) => times.p99 },
  { name: 'added time to the first chunk of a stream', behaviour: stream, pick: (times: Times) => times.firstByte },
];

for (const { name, behaviour, pick, goal } of figures) {
  const requests = isQuick ? 500 : 2_000;
  const result = await added(behaviour, requests, pick);
  printFigure({
    name,
    value: `+ ${result.added.toFixed(2)} ms`,
    against: `Envoy alone (${result.alone.toFixed(2)} ms)`,
    goal: goal === undefined ? '' : `< ${goal} ms`,
    isMet: goal === undefined ? undefined : result.added < goal,
  });
}
