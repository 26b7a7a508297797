import { openSync, readdirSync, readFileSync, readSync } from 'node:fs';

const room = Buffer.alloc(128);

/**
 * Reads the milliseconds of CPU that threads have had since they were started: to the nanosecond, while the CPU time of
 * a process is counted in ticks. What a thread runs at this moment is missing.
 */
export function threadCpu(threads: readonly string[]): () => number {
  const files = threads.map((thread) => openSync(`${thread}/schedstat`, 'r'));
  return () => {
    let nanoseconds = 0;
    for (const file of files) {
      const length = readSync(file, room, 0, room.length, 0);
      nanoseconds += Number.parseInt(room.toString('latin1', 0, length), 10);
    }
    return nanoseconds / 1e6;
  };
}

/** The thread in which Node runs JavaScript. */
export function mainThread(pid: number): string {
  return `/proc/${pid}/task/${pid}`;
}

/** Those in which Envoy handles requests. */
export function workerThreads(envoy: number): readonly string[] {
  const tasks = `/proc/${envoy}/task`;
  return readdirSync(tasks)
    .map((thread) => `${tasks}/${thread}`)
    .filter((thread) => readFileSync(`${thread}/comm`, 'latin1').startsWith('wrk:'));
}
