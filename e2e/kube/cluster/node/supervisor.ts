import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Keeps the processes of a node running: one that ends is started again, as an init system would. While a file
 * `hold-NAME` lies in the cluster's folder, that one is kept away, which is how tests take the API server from everybody.
 */
export class Supervisor {
  readonly #folder: string;
  readonly #running = new Map<string, ChildProcess>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  keep(name: string, program: string, args: readonly string[]): void {
    const log = openSync(join(this.#folder, 'log', `${name}.log`), 'a');
    // Below the tests' own work, whose timing is what is looked at.
    const start = (): void => {
      if (existsSync(this.#holdFile(name))) return void setTimeout(start, 200);
      const child = spawn('nice', ['-n', '5', program, ...args], { cwd: this.#folder, stdio: ['ignore', log, log] });
      this.#running.set(name, child);
      let hasEnded = false;
      const again = (): void => {
        if (!hasEnded) setTimeout(start, 500);
        hasEnded = true;
      };
      child.once('error', again);
      child.once('close', again);
    };
    start();
    setInterval(() => {
      if (existsSync(this.#holdFile(name))) this.#running.get(name)?.kill('SIGKILL');
    }, 200);
  }

  #holdFile(name: string): string {
    return join(this.#folder, `hold-${name}`);
  }
}
