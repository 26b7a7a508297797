import { describeAddress } from '../../src/extproc/transport/address.ts';
import { createLogger } from '../../src/lib/log.ts';
import { readOptions, usage } from './options.ts';
import { startProcessor } from './start.ts';

const options = readOptions(process.argv.slice(2), process.env);
if (!options.ok) {
  process.stderr.write(`${options.error}\nSee --help.\n`);
  process.exit(2);
}
if (options.value === 'help') {
  process.stdout.write(usage);
  process.exit(0);
}

const log = createLogger({ name: 'processor' });

/** A state that nobody foresaw decides about nobody's requests any more. Envoy goes to a sibling, or answers 503. */
function crash(error: unknown): void {
  log.fatal({ error: error instanceof Error ? error : undefined }, 'the processor cannot go on');
  process.exitCode = 1;
  // The line above is written asynchronously.
  setTimeout(() => process.exit(1), 100);
}

process.on('uncaughtException', crash);
process.on('unhandledRejection', crash);

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
} catch (error) {
  log.fatal({ reason: error instanceof Error ? error.message : 'unknown' }, 'the processor cannot start');
  process.exitCode = 1;
}
