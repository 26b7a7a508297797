import { join } from 'node:path';
import { dispatch } from './cli/dispatch.ts';
import { exitCodes } from './cli/exit-code.ts';
import { wantsColour, widthOf } from './cli/io.ts';
import { commands } from './commands.ts';
import { isSetUpOld } from './set-up.ts';

const args = process.argv.slice(2);
const isDraining = args[0] === 'run';
const stop = new AbortController();

/** Whoever read the output of a gateway is gone. */
let isUnread = false;
let isSignalled = false;

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (isDraining) {
      // `head` has seen enough, `tee` has met the same Ctrl-C, or the terminal was closed. Requests that run may finish.
      if (code === 'EPIPE' || code === 'EIO') endUnread(code);
      return;
    }
    // `sluice translate … | head`: whoever reads has seen enough, which is no failure.
    if (code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok);
    process.stderr.write(`sluice: The result cannot be written (${code}).\n`);
    process.exit(exitCodes.failure);
  });
}

function endUnread(code: string): void {
  if (isUnread) return;
  isUnread = true;
  if (!isSignalled) {
    process.stderr.write(
      `sluice: Nobody reads the output any more (${code}), so the gateway ends. Write it to a file to keep it running.\n`,
    );
  }
  stop.abort();
}

/** What a shell shows of a program that SIGPIPE has ended. */
const unreadExitCode = 141;
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
for (const [signal, exitCode] of Object.entries(signals)) {
  process.on(signal, () => {
    // Nobody drains: quick commands end at once, and a second signal ends a drain that takes too long.
    if (isSignalled || !isDraining) process.exit(exitCode);
    isSignalled = true;
    stop.abort();
  });
}

// Node's own report would show all fields of an error, and with them requests and their credentials.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => void fail(error).then(() => process.exit(exitCodes.failure)));
}

try {
  process.exitCode = await dispatch(args, commands, {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    isColoured: wantsColour(process.stdout, process.env),
    columns: widthOf(process.stdout),
    stop: stop.signal,
  });
  if (isUnread && !isSignalled) process.exitCode = unreadExitCode;
} catch (error) {
  await fail(error);
}

async function fail(error: unknown): Promise<void> {
  if (isSetUpOld(error)) {
    const root = join(import.meta.dirname, '../..');
    process.stderr.write(
      `sluice: this clone has changed since it was set up. Run 'make setup' in ${root} and try again.\n`,
    );
    process.exit(exitCodes.failure);
  }
  // A mistake of ours: the user can do nothing about it but tell us, so the stack is what helps.
  const { redactText } = await import('../../src/lib/redact.ts');
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`sluice: This should not have happened. Please report it.\n${redactText(text)}\n`);
  process.exitCode = exitCodes.failure;
}
