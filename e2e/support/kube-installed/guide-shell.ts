import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A shell in which one step after the other is run, with the variables that earlier ones have set. */
export interface GuideShell {
  /** Answers what it printed on standard output; fails with everything that it said. */
  run(text: string, limitMs?: number): Promise<string>;
  /** Goes on until `close`, or until the same is started again. Answers as soon as what it printed is as expected. */
  start(text: string, isReady: (printed: string) => boolean): Promise<void>;
  close(): Promise<void>;
}

export async function openGuideShell(folder: string, env: NodeJS.ProcessEnv): Promise<GuideShell> {
  const state = join(folder, '.variables');
  await writeFile(state, '');
  const inBackground = new Map<string, Running>();

  function begin(text: string): Running {
    // Variables that were exported are there for the next step, as in the terminal of whoever follows the page.
    const script = `set -a; . '${state}'; set +a\n${text}\nexport -p >'${state}'\n`;
    return startProcess(script, folder, env);
  }

  return {
    async run(text, limitMs = 240_000) {
      const running = begin(text);
      const timer = setTimeout(() => running.kill(), limitMs);
      const status = await running.ended;
      clearTimeout(timer);
      if (status === 0) return running.printed();
      throw new Error(`ended with ${status ?? `no answer within ${limitMs / 1000} s`}\n${running.said()}`);
    },
    async start(text, isReady) {
      await inBackground.get(text)?.kill();
      const running = begin(text);
      inBackground.set(text, running);
      for (let tries = 0; tries < 600 && !isReady(running.printed()); tries++) {
        if (running.hasEnded()) break;
        await sleep(50);
      }
      if (!isReady(running.printed())) throw new Error(`did not get ready\n${running.said()}`);
    },
    async close() {
      await Promise.all([...inBackground.values()].map((running) => running.kill()));
    },
  };
}

interface Running {
  printed(): string;
  /** Standard output and standard error. */
  said(): string;
  hasEnded(): boolean;
  /** The exit status, if it was not killed. */
  readonly ended: Promise<number | null>;
  /** It and everything that it started. */
  kill(): Promise<void>;
}

function startProcess(script: string, cwd: string, env: NodeJS.ProcessEnv): Running {
  // A group of its own, so that what it starts ends with it.
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], {
    cwd,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let said = '';
  let isOver = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const killGroup = (): void => {
    if (child.pid === undefined || isOver) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // It has just ended by itself.
    }
  };
  process.once('exit', killGroup);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => {
      isOver = true;
      process.removeListener('exit', killGroup);
      resolve(status);
    });
  });
  return {
    printed: () => printed,
    said: () => said,
    hasEnded: () => isOver,
    ended,
    async kill() {
      killGroup();
      await ended;
    },
  };
}
