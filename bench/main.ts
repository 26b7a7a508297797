/*
 * Runs the benches one after another, each in a process of its own so that none inherits the heap of another:
 *
 *   node bench/main.ts [--quick] [NAME …]
 */
import { spawnSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const names = [
  'policy-scale',
  'kubernetes',
  'processor',
  'gateway-cpu',
  'added-latency',
  'guard',
  'first-token',
  'limits',
];

const args = process.argv.slice(2);
const flags = args.filter((argument) => argument.startsWith('--'));
const wanted = args.filter((argument) => !argument.startsWith('--'));
const unknown = [...wanted.filter((name) => !names.includes(name)), ...flags.filter((flag) => flag !== '--quick')];
if (unknown.length > 0) {
  process.stderr.write(`bench: There is no ${unknown.join(', ')}. There is ${names.join(', ')}, and --quick.\n`);
  process.exit(2);
}

const memory = Math.round(totalmem() / 2 ** 30);
process.stdout.write(
  `${cpus().length} cores (${cpus()[0]?.model.trim()}), ${memory} GiB, Node ${process.versions.node}\n\n`,
);
let failed = 0;
for (const name of wanted.length > 0 ? wanted : names) {
  process.stdout.write(`${name}\n`);
  const run = spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...flags], { stdio: 'inherit' });
  if (run.status !== 0) failed++;
  process.stdout.write('\n');
}
// A missed goal is a figure; a bench that does not run is a failure.
process.exitCode = failed > 0 ? 1 : 0;
