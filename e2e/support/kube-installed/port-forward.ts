import { spawn } from 'node:child_process';

export interface PortForward {
  /** On the machine's loopback. */
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * `kubectl port-forward` to one pod of the target, as an operator does it. It ends with that pod: a test in which pods
 * end sends its requests from a pod of its own.
 */
export function portForward(
  kubectl: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  limitMs = 30_000,
): Promise<PortForward> {
  const child = spawn(kubectl, ['port-forward', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const killWithUs = (): void => void child.kill('SIGKILL');
  process.once('exit', killWithUs);
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.removeListener('exit', killWithUs);
      resolve();
    });
  });
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string): void => {
      child.kill('SIGKILL');
      reject(new Error(`kubectl port-forward ${args.join(' ')}: ${why}\n${said}`.trimEnd()));
    };
    const timer = setTimeout(() => fail(`not open within ${limitMs / 1000} s`), limitMs);
    const look = (chunk: Buffer): void => {
      said += chunk.toString();
      const port = Number(said.match(/Forwarding from 127\.0\.0\.1:(\d+)/)?.[1] ?? 0);
      if (port === 0) return;
      clearTimeout(timer);
      resolve({
        port,
        stop() {
          child.kill('SIGTERM');
          return ended;
        },
      });
    };
    child.stdout.on('data', look);
    child.stderr.on('data', look);
    child.once('error', (cause) => fail(cause.message));
    child.once('exit', (status) => {
      clearTimeout(timer);
      fail(`ended with ${status}`);
    });
  });
}
