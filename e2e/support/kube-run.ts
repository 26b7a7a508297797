import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly limitMs?: number;
}

/** Runs a command and answers its standard output. Fails with the command and everything that it said. */
export function runCommand(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const limitMs = options.limitMs ?? 60_000;
  const child = spawn(program, args, { env: options.env ?? process.env, stdio: ['pipe', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk));
  // A command that ends without reading its input is judged by its status.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  const title = [program.split('/').at(-1), ...args].join(' ');
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limitMs);
    child.once('error', (cause) => {
      clearTimeout(timer);
      reject(new Error(`${title}: ${cause.message}`));
    });
    child.once('close', (status) => {
      clearTimeout(timer);
      const text = Buffer.concat(output).toString();
      if (status === 0) return resolve(text);
      const ending = isLate ? `gave no answer within ${limitMs / 1000} s` : `ended with status ${status}`;
      reject(new Error(`${title}\n${ending}\n${Buffer.concat(complaints).toString()}${text}`.trimEnd()));
    });
  });
}
