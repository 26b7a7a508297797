const firstMs = 100;
const longestMs = 5_000;
/** What ran this long has started well: that it ended is a new trouble. */
const steadyAfterMs = 10_000;

/** How long to wait before a process that has ended is started again: longer each time, until one runs steadily. */
export function createRestartPause(): (ranMs: number) => number {
  let nextMs = firstMs;
  return (ranMs) => {
    const pauseMs = ranMs > steadyAfterMs ? firstMs : nextMs;
    nextMs = Math.min(pauseMs * 2, longestMs);
    return pauseMs;
  };
}
