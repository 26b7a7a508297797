import { isExpired, isTemporary, type KubeError, kubeErrorText } from '../../kube/error.ts';
import type { Logger } from '../../lib/log.ts';

/** While it lasts, trouble is said again after this time. */
const againMs = 60_000;

/**
 * Says what is the matter with the API server. Thirty watches and a Lease fail in the same way, again and again, and that
 * is one thing to tell. That nobody answers is no fault of ours: everything goes on as it was.
 */
export function tellTrouble(log: Logger, now: () => number = () => performance.now()): (error: KubeError) => void {
  const toldAt = new Map<string, number>();
  return (error) => {
    // Versions are forgotten all the time, and who closes a client knows it.
    if (isExpired(error) || error.reason === 'Closed') return;
    const isAway = isTemporary(error);
    const key = isAway ? 'away' : `${error.code} ${error.reason}`;
    if (now() - (toldAt.get(key) ?? Number.NEGATIVE_INFINITY) < againMs) return;
    toldAt.set(key, now());
    const reason = kubeErrorText(error);
    if (isAway)
      log.warn({ reason }, 'the API server cannot be asked now; what is in force stays, and it is tried again');
    else log.error({ reason }, 'the API server refuses what is asked; it is tried again');
  };
}
