export interface BeginningOptions {
  /** After how long a start without an answer begins from what was kept. */
  readonly snapshotAfterMs: number;
  /** After how long a kind that cannot be read holds up a start no more. */
  readonly settleMs: number;
  /** Gives up. */
  readonly signal: AbortSignal | undefined;
  /** Nobody has answered for so long that what was kept has to do. */
  onImpatient(): void;
  /** Less is enough from now on. */
  onSettled(): void;
}

/** How long a source waits before it serves anything. */
export interface Beginning {
  /** Whether one may begin while these, by the names of their definitions, have not been read. */
  isEnough(waitingFor: readonly string[]): boolean;
  /** There is something to serve. */
  done(): void;
  /** There never will be. */
  failed(error: unknown): void;
  /** Resolves when there is something to serve. */
  awaited(): Promise<void>;
  close(): void;
}

/** Without these nobody knows what else there is, or which of it is ours. */
const essential: readonly string[] = ['customresourcedefinitions', 'namespaces'];

export function createBeginning(options: BeginningOptions): Beginning {
  const { settleMs, signal } = options;
  const begun = Promise.withResolvers<void>();
  let isPatient = true;
  const impatience = setTimeout(options.onImpatient, options.snapshotAfterMs);
  const settling = setTimeout(() => {
    isPatient = false;
    options.onSettled();
  }, settleMs);
  const giveUp = (): void => begun.reject(new Error('the start was given up'));
  if (signal?.aborted) giveUp();
  signal?.addEventListener('abort', giveUp, { once: true });
  return {
    isEnough(waitingFor) {
      if (waitingFor.length === 0) return true;
      // One kind that nobody can read, for a broken conversion perhaps, must not keep all others away for ever.
      return !isPatient && !waitingFor.some((each) => essential.includes(each));
    },
    done: begun.resolve,
    failed: begun.reject,
    awaited: () => begun.promise,
    close() {
      clearTimeout(impatience);
      clearTimeout(settling);
    },
  };
}
