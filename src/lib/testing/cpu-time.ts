/**
 * Milliseconds of CPU that this thread takes for some work, to a few of them. Tests that something takes no longer than
 * so many go by it: how long it takes by the clock says how busy the machine is.
 */
export function cpuMs(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}

/** The least of several times: the first ones are those in which V8 compiles. */
export function leastCpuMs(rounds: number, work: () => unknown): number {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) least = Math.min(least, cpuMs(work));
  return least;
}
