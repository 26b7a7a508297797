import { dispatch } from './cli/dispatch.ts';
import { exitCodes } from './cli/exit-code.ts';
import { wantsColour } from './cli/io.ts';
import { commands } from './commands.ts';

// `sluice translate … | head`: whoever reads has seen enough, which is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
    throw error;
  });
}

const args = process.argv.slice(2);
const isDraining = args[0] === 'run';
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // Nobody drains: quick commands end at once, and a second signal ends a drain that takes too long.
    if (stop.signal.aborted || !isDraining) process.exit(signal === 'SIGINT' ? 130 : 143);
    stop.abort();
  });
}

try {
  process.exitCode = await dispatch(args, commands, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isColoured: wantsColour(process.stdout, process.env),
    columns: process.stdout.columns ?? Number.POSITIVE_INFINITY,
    stop: stop.signal,
  });
} catch (error) {
  // A mistake of ours: the user can do nothing about it but tell us, so the stack is what helps.
  const { redactText } = await import('../../src/lib/redact.ts');
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`sluice: This should not have happened. Please report it.\n${redactText(text)}\n`);
  process.exitCode = exitCodes.failure;
}
