import { setTimeout as sleep } from 'node:timers/promises';
import { createAdminClient } from '../../src/envoy/admin.ts';
import { drainEnvoy } from '../../src/envoy/drain.ts';
import type { AdminAnswer } from '../../src/lib/admin-server.ts';
import type { Logger } from '../../src/lib/log.ts';
import type { EnvoyDrain } from './options.ts';

/**
 * The end of a pod. Its Envoy would end with the first signal, and cannot be told by the kubelet to empty itself: the
 * admin page wants POST, which a hook cannot do, and there is no shell in the image. So the processor empties it, and
 * the hook of Envoy's container only asks `/drained` and waits for the answer. That page changes nothing, whoever asks.
 */
export interface Leaving {
  /** Empties Envoy; resolves when this process may end. */
  leave(): Promise<void>;
  /** Answers when Envoy is empty. */
  drained(): Promise<AdminAnswer>;
}

/** All containers of a pod are told to end at once, give or take. */
const beginsWithinMs = 5_000;
/** Until the kubelet has heard of it and told Envoy. */
const lastMomentMs = 1_000;

export function createLeaving(drain: EnvoyDrain, log: Logger): Leaving {
  const admin = createAdminClient(drain.adminPort);
  const begun = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  // A processor that starts again in a pod that goes on: what its predecessor began is not to be.
  void admin.passHealthChecks();
  return {
    async leave() {
      begun.resolve();
      const outcome = await drainEnvoy({ admin, ...drain, now: () => performance.now(), sleep });
      log.info({ outcome }, 'Envoy has been drained');
      done.resolve();
      if (outcome !== 'gone') await sleep(lastMomentMs);
    },
    async drained() {
      const isBegun = await Promise.race([
        begun.promise.then(() => true),
        sleep(beginsWithinMs, false, { ref: false }),
      ]);
      if (!isBegun) return { status: 503, type: 'text/plain', body: 'this processor is not ending\n' };
      await done.promise;
      return { status: 200, type: 'text/plain', body: 'drained\n' };
    },
  };
}
