/*
 * What the processor costs per exchange (request headers, request body, response headers) in CPU, against minimal
 * servers on `@grpc/grpc-js`, fed with the same messages in the same run. They decide nothing; the processor
 * authenticates, parses, plans and rewrites.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startGateway } from '../e2e/support/gateway.ts';
import { apiKey, model, provider } from '../e2e/support/policy-documents.ts';
import { cpuSeconds } from './support/cpu.ts';
import { exchangeMessages, runExchanges } from './support/exchanges.ts';
import { median, printFigure, withSpread } from './support/figure.ts';
import { callerKey } from './support/pair.ts';

const isQuick = process.argv.includes('--quick');
const rounds = isQuick ? 2 : 5;
const exchanges = isQuick ? 4_000 : 15_000;
const messages = exchangeMessages(2_000);

const gateway = await startGateway({
  policy: {
    'policy.yaml': [
      provider('p0', 'http://127.0.0.1:9/v1'),
      model('bench', ['p0/m']),
      apiKey('caller', 'BENCH_KEY'),
    ].join('---\n'),
  },
  env: { BENCH_KEY: callerKey },
});
const [processor] = gateway.processors;
if (processor === undefined) throw new Error('no processor');
const echo = await startEcho([]);
const codecEcho = await startEcho(['--codec']);

async function startEcho(flags: readonly string[]) {
  const script = join(import.meta.dirname, 'support/grpc-js-echo.ts');
  const child = spawn(process.execPath, [script, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { pid: child.pid ?? 0, port: Number(line.toString()), stop: () => child.kill('SIGKILL') };
}

async function cpuPerExchange(pid: number, address: Parameters<typeof runExchanges>[0]): Promise<number> {
  let before = 0;
  await runExchanges(address, messages, {
    streams: 32,
    exchanges,
    warmUp: Math.ceil(exchanges / 3),
    onStart: () => {
      before = cpuSeconds([pid]);
    },
  });
  return ((cpuSeconds([pid]) - before) / exchanges) * 1e6;
}

const bare: number[] = [];
const withCodec: number[] = [];
const costs: number[] = [];
for (let round = 0; round < rounds; round++) {
  const own = await cpuPerExchange(processor.pid, { path: processor.socket });
  bare.push((await cpuPerExchange(echo.pid, { port: echo.port })) / own);
  withCodec.push((await cpuPerExchange(codecEcho.pid, { port: codecEcho.port })) / own);
  costs.push(own);
}
echo.stop();
codecEcho.stop();
await gateway.stop();

printFigure({
  name: 'exchanges per CPU second',
  value: `× ${withSpread(withCodec)}`,
  against: 'a minimal grpc-js server that reads the same messages and answers them empty',
  goal: '≥ 2',
  isMet: median(withCodec) >= 2,
});
printFigure({
  name: 'the same, everything decided against nothing read',
  value: `× ${withSpread(bare)}`,
  against: 'a grpc-js server that does not look into the messages',
  goal: '',
  isMet: undefined,
});
printFigure({
  name: 'CPU per message, everything decided',
  value: `${(median(costs) / messages.length).toFixed(1)} µs`,
  against: `grpc-js with codec ${((median(costs) * median(withCodec)) / messages.length).toFixed(1)} µs`,
  goal: '',
  isMet: undefined,
});

const hotPath = execFileSync(process.execPath, [
  '--allow-natives-syntax',
  join(import.meta.dirname, '../src/extproc/testing/hot-path.ts'),
]);
const { promises } = JSON.parse(hotPath.toString()) as { readonly promises: number };
printFigure({
  name: 'promises allocated in 200 exchanges',
  value: String(promises),
  against: 'a control in the same run sees one',
  goal: '0',
  isMet: promises === 0,
});
