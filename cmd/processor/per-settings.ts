import type { Program } from '../../src/program/program.ts';

/** Something that is opened by settings of the program: the same one as long as they are the same. */
export interface PerSettings<T> {
  of(program: Program): T;
  closeAll(close: (opened: T) => Promise<void>): Promise<void>;
}

export interface PerSettingsOptions<T> {
  /** Of all that two of them differ by. */
  readonly identityOf: (program: Program) => string;
  readonly open: (program: Program) => T;
  readonly close: (opened: T) => Promise<void>;
  /** Requests that began with settings go on with them: closed once none has asked for so long. */
  readonly lingerMs: number;
}

interface Entry<T> {
  readonly opened: T;
  wasUsed: boolean;
  timer: NodeJS.Timeout | undefined;
}

export function perSettings<T>({ identityOf, open, close, lingerMs }: PerSettingsOptions<T>): PerSettings<T> {
  const identities = new WeakMap<Program, string>();
  const entries = new Map<string, Entry<T>>();

  /** Other settings are in force: this one closes when it is not needed any more. */
  function retire(identity: string, entry: Entry<T>): void {
    entry.timer ??= setInterval(() => {
      if (entry.wasUsed) {
        entry.wasUsed = false;
        return;
      }
      clearInterval(entry.timer);
      entries.delete(identity);
      void close(entry.opened);
    }, lingerMs).unref();
  }

  /** A program that has not been seen before is the newest. */
  function enter(program: Program, identity: string): void {
    identities.set(program, identity);
    for (const [other, entry] of entries) if (other !== identity) retire(other, entry);
    const again = entries.get(identity);
    if (again === undefined) return;
    clearInterval(again.timer);
    again.timer = undefined;
  }

  return {
    of(program) {
      let identity = identities.get(program);
      if (identity === undefined) {
        identity = identityOf(program);
        enter(program, identity);
      }
      const known = entries.get(identity);
      if (known !== undefined) {
        known.wasUsed = true;
        return known.opened;
      }
      const opened = open(program);
      entries.set(identity, { opened, wasUsed: true, timer: undefined });
      return opened;
    },
    async closeAll(closeNow) {
      for (const { timer } of entries.values()) clearInterval(timer);
      await Promise.all([...entries.values()].map(({ opened }) => closeNow(opened)));
      entries.clear();
    },
  };
}
