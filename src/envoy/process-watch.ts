import { spawn } from 'node:child_process';

/**
 * Waits for the end of its standard input, which is a pipe from us: the kernel closes it however we end, `kill -9`
 * included. A line before that says that there is nothing left to watch.
 */
const script = `
trap '' INT TERM HUP
if read -r line; then exit 0; fi
kill -TERM "$1" 2>/dev/null || exit 0
for i in 1 2 3 4 5 6 7 8 9 10; do
  sleep 0.2
  kill -0 "$1" 2>/dev/null || exit 0
done
kill -KILL "$1" 2>/dev/null
`;

export interface Watch {
  /** The process is gone: its id may soon be somebody else's. */
  end(): void;
}

/**
 * Ends a process should we die without ending it ourselves. Node offers no parent death signal, so a shell of a few
 * hundred kilobytes stands by instead. Where there is none (an image without a shell), the container ends them together.
 */
export function endWithUs(pid: number): Watch {
  const watcher = spawn('/bin/sh', ['-c', script, 'sluice-watch', String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Its own group, so that Ctrl-C in a terminal does not reach it.
    detached: true,
  });
  watcher.on('error', () => undefined);
  watcher.stdin.on('error', () => undefined);
  // It must not keep us alive.
  watcher.unref();
  return { end: () => watcher.stdin.end('over\n') };
}
