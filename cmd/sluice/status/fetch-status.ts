import { setTimeout as sleep } from 'node:timers/promises';
import type { Status } from '../../../src/controller/status.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { AskControlPlane } from '../control-plane/ask.ts';
import { askEveryReplica, type ClusterFlags } from '../control-plane/in-cluster.ts';
import { isHealthy } from './health.ts';
import { type ClusterStatus, withPods } from './pods-of-gateways.ts';
import { wholeStatus } from './whole-status.ts';

/** How a control plane stands. The error is one sentence and what to do. */
export async function fetchStatus(ask: AskControlPlane): Promise<Result<Status>> {
  const answer = await ask('/status');
  return answer.ok ? readStatuses([answer.value]) : answer;
}

/**
 * That of a cluster, from all its replicas. The clients of one that leaves are with another one a moment later: until then
 * nothing is wrong, so it is looked again.
 */
export async function fetchWholeStatus(cluster: ClusterFlags): Promise<Result<ClusterStatus>> {
  for (let look = 1; ; look++) {
    const asked = await askEveryReplica(cluster, '/status');
    if (!asked.ok) return asked;
    const { answers, isOneLeaving } = asked.value;
    const status = readStatuses(answers);
    if (!status.ok) return status;
    if (!isOneLeaving || isHealthy(status.value) || look === mostLooks)
      return ok(await withPods(status.value, cluster));
    await sleep(pauseMs);
  }
}

const mostLooks = 10;
const pauseMs = 500;

function readStatuses(bodies: readonly unknown[]): Result<Status> {
  const [first, ...others] = bodies.filter(isStatus);
  if (first !== undefined && others.length + 1 === bodies.length) return ok(wholeStatus([first, ...others]));
  return err('What answered is no control plane of this version. Check the address.');
}

function isStatus(body: unknown): body is Status {
  if (typeof body !== 'object' || body === null) return false;
  const { documents, gateways, clients } = body as Partial<Record<keyof Status, unknown>>;
  return Array.isArray(documents) && Array.isArray(gateways) && Array.isArray(clients);
}
