import type { KubeClient } from '../../kube/client.ts';
import type { Logger } from '../../lib/log.ts';
import { createHoldOff } from '../sources/hold-off.ts';
import { createKnownStatuses } from './known-statuses.ts';
import type { Outcome } from './outcome.ts';
import { statusesOf } from './statuses.ts';
import { createStatusWriter, type StatusWriterOptions } from './writing/writer.ts';

export interface StatusReporterOptions extends Pick<StatusWriterOptions, 'onWrite' | 'perSecond' | 'burst'> {
  readonly client: Pick<KubeClient, 'patchStatus'>;
  /** What stands now; asked whenever something may have changed. Nothing, as long as nothing has been judged. */
  outcome(): Outcome | undefined;
  isLeader(): boolean;
  readonly log: Logger;
  /** A change is reported when it has been quiet for so long: what follows from one change is one write. */
  readonly quietMs?: number;
  readonly maxMs?: number;
}

/** Keeps the status of all objects true. */
export interface StatusReporter {
  /**
   * Something may have changed: the policy, an answer of a client, a Gateway's pods or addresses, an object's status,
   * who leads. Cheap to call often.
   */
  changed(): void;
  close(): void;
}

export function createStatusReporter(options: StatusReporterOptions): StatusReporter {
  const { client, log } = options;
  const known = createKnownStatuses();
  const report = (): void => {
    if (!options.isLeader()) return;
    const outcome = options.outcome();
    if (outcome === undefined) return;
    try {
      const objects = [...outcome.objects].map(writer.newest);
      writer.want(statusesOf({ ...outcome, objects }, known));
    } catch (error) {
      log.error({ error: error as Error }, 'the status of objects cannot be told');
    }
  };
  const holdOff = createHoldOff(options.quietMs ?? 250, options.maxMs ?? 2_000, report);
  const writer = createStatusWriter({
    client,
    log,
    isLeader: options.isLeader,
    onConflict: holdOff.trigger,
    ...(options.onWrite && { onWrite: options.onWrite }),
    ...(options.perSecond !== undefined && { perSecond: options.perSecond }),
    ...(options.burst !== undefined && { burst: options.burst }),
  });
  return {
    changed: holdOff.trigger,
    close() {
      holdOff.close();
      writer.close();
    },
  };
}
