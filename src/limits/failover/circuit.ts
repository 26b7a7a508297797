export interface CircuitOptions {
  /** Failures in a row until the store is left alone. Default 3: each may have cost a time-out. */
  readonly failuresToOpen?: number;
  /** About how long between two looks whether it is back. Default 1 s. */
  readonly probeEveryMs?: number;
  readonly random?: () => number;
  /** Asks the store something cheap. */
  readonly probe: (done: (isBack: boolean) => void) => void;
  readonly onChange: (isAvailable: boolean) => void;
  /** It answered after a failure, whether or not it had been given up. */
  readonly onAnswer: () => void;
}

/** While a store is away it is asked by one probe at a time, at random moments, and by nobody else. */
export interface Circuit {
  readonly isOpen: boolean;
  succeed(): void;
  fail(): void;
  stop(): void;
}

export function createCircuit(options: CircuitOptions): Circuit {
  const { failuresToOpen = 3, probeEveryMs = 1_000, random = Math.random } = options;
  let failures = 0;
  let isOpen = false;
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;

  const probeLater = (): void => {
    if (isStopped || timer !== undefined) return;
    timer = setTimeout(probe, (0.5 + random()) * probeEveryMs);
    timer.unref();
  };
  const probe = (): void => {
    options.probe((isBack) => {
      timer = undefined;
      if (isStopped) return;
      if (!isBack) return fail();
      failures = 0;
      if (isOpen) {
        isOpen = false;
        options.onChange(true);
      }
      options.onAnswer();
    });
  };
  const fail = (): void => {
    failures += 1;
    if (isStopped) return;
    if (!isOpen && failures >= failuresToOpen) {
      isOpen = true;
      options.onChange(false);
    }
    // After the first failure already: what could not be told then waits for an answer.
    probeLater();
  };

  return {
    get isOpen() {
      return isOpen;
    },
    succeed() {
      failures = 0;
    },
    fail,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
