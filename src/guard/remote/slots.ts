/** Requests that may be under way at once, shared fairly by the judgements that wait for one. */
export interface Slots {
  /** Starts `tasks` as slots get free, never more than `most` at once. Undefined: too many wait already. */
  enter(tasks: readonly Task[], most: number): Leave | undefined;
}

/** Called once; calls `release` when it is over. */
export type Task = (release: () => void) => void;

/** What has not begun does not begin any more. */
export type Leave = () => void;

/** Judgements that wait, for each slot. Longer queues only turn overload into timeouts. */
const waitingPerSlot = 2;

interface Waiting {
  readonly tasks: readonly Task[];
  readonly most: number;
  next: number;
}

export function slots(): Slots {
  let running = 0;
  const queue: Waiting[] = [];
  function fill(): void {
    for (let skipped = 0; skipped < queue.length; ) {
      const waiting = queue.shift();
      if (waiting === undefined) return;
      const task = waiting.tasks[waiting.next];
      if (task === undefined) continue;
      queue.push(waiting);
      if (running >= waiting.most) {
        skipped++;
        continue;
      }
      // One each in turn: a long text does not keep the short ones waiting.
      waiting.next++;
      if (waiting.next === waiting.tasks.length) queue.pop();
      running++;
      skipped = 0;
      let isReleased = false;
      task(() => {
        if (isReleased) return;
        isReleased = true;
        running--;
        fill();
      });
    }
  }
  return {
    enter(tasks, most) {
      if (running >= most && queue.length >= most * waitingPerSlot) return undefined;
      const waiting: Waiting = { tasks, most, next: 0 };
      queue.push(waiting);
      fill();
      return () => {
        const at = queue.indexOf(waiting);
        if (at >= 0) queue.splice(at, 1);
      };
    },
  };
}
