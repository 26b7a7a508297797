import { fstatSync, type Stats } from 'node:fs';
import { describeAddress } from '../../src/extproc/transport/address.ts';
import { endOnCrash } from '../../src/lib/crash.ts';
import { createLogger } from '../../src/lib/log.ts';
import { version } from '../../src/version.ts';
import { readOptions, usage } from './options.ts';
import { startProcessor } from './start.ts';

const options = readOptions(process.argv.slice(2), process.env);
if (!options.ok) {
  process.stderr.write(`${options.error}\nSee --help.\n`);
  process.exit(2);
}
if (options.value === 'help' || options.value === 'version') {
  process.stdout.write(options.value === 'help' ? usage : `${version}\n`);
  process.exit(0);
}

const log = createLogger({ name: 'processor' });

/** Envoy goes to a sibling then, or answers 503. */
const crash = endOnCrash(log, 'the processor cannot go on');

function isPipe(input: Stats): boolean {
  return input.isFIFO() || input.isSocket();
}

try {
  const processor = await startProcessor(options.value, log);
  log.info(
    { address: describeAddress(processor.address), adminPort: processor.adminPort, index: options.value.index },
    'the processor listens',
  );
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // A second signal means now.
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'the processor ends');
    processor.stop().then(() => process.exit(0), crash);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // Started by another process through a pipe: its end is the end of that process, however it came about.
  if (isPipe(fstatSync(0))) process.stdin.on('end', () => stop('SIGHUP')).resume();
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : 'unknown' }, 'the processor cannot start');
  process.exitCode = 1;
}
