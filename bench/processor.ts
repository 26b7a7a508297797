/*
 * What the processor costs per exchange (request headers, request body, response headers) in CPU, against the least that
 * can be written with `@grpc/grpc-js`, fed with the same messages in the same run. The echo decides nothing; the
 * processor authenticates, parses, plans and rewrites.
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
const echo = spawn(process.execPath, [join(import.meta.dirname, 'support/grpc-js-echo.ts')], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const [line] = (await once(echo.stdout, 'data')) as [Buffer];
const echoPort = Number(line.toString());

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

const ratios: number[] = [];
const costs: number[] = [];
for (let round = 0; round < rounds; round++) {
  const base = await cpuPerExchange(echo.pid ?? 0, { port: echoPort });
  const own = await cpuPerExchange(processor.pid, { path: processor.socket });
  ratios.push(base / own);
  costs.push(own);
}
echo.kill('SIGKILL');
await gateway.stop();

printFigure({
  name: 'exchanges per CPU second',
  value: `× ${withSpread(ratios)}`,
  against: 'a minimal grpc-js echo server with the same messages',
  goal: '≥ 2',
  isMet: median(ratios) >= 2,
});
printFigure({
  name: 'CPU per message, everything decided',
  value: `${(median(costs) / messages.length).toFixed(1)} µs`,
  against: `grpc-js echo ${((median(costs) * median(ratios)) / messages.length).toFixed(1)} µs, nothing decided`,
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
