import type { PodTrouble } from '../conditions/outcome.ts';
import { gatewayNameLabel } from './gateway.ts';
import type { LiveObject } from './live-object.ts';

interface DeploymentCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

interface DeploymentStatus {
  readonly replicas?: number;
  readonly readyReplicas?: number;
  readonly conditions?: readonly DeploymentCondition[];
}

/**
 * What a Deployment tells of pods that do not come up. Why those that it has made do not start, only they themselves
 * would say, and the controller may not read pods: they have variables and volumes of everybody. So it says where to look.
 */
export function podTrouble({ namespace, name, replicas, status }: LiveObject): PodTrouble | undefined {
  const { replicas: made = 0, readyReplicas = 0, conditions = [] } = (status ?? {}) as DeploymentStatus;
  const has = (type: string, wanted: string, reason?: string): DeploymentCondition | undefined =>
    conditions.find((each) => each.type === type && each.status === wanted && (!reason || each.reason === reason));
  const where = `kubectl -n ${namespace} describe pods -l ${gatewayNameLabel}=${name} says why.`;

  const refusal = has('ReplicaFailure', 'True');
  if (refusal !== undefined) return lasting(`Pods cannot be made: ${refusal.message}`);
  if (replicas === 0) return lasting(`Its Deployment ${name} is scaled to 0 pods.`);
  if (has('Progressing', 'Unknown', 'DeploymentPaused') !== undefined)
    return lasting(`Its Deployment ${name} is paused, so no pod is replaced.`);
  const delay = has('Progressing', 'False', 'ProgressDeadlineExceeded');
  if (delay !== undefined) return lasting(`New pods do not become ready: ${delay.message} ${where}`);
  if (made === 0 || readyReplicas > 0) return undefined;
  return { isLasting: false, text: `Its pods are not ready; if that lasts, ${where}` };
}

function lasting(text: string): PodTrouble {
  return { isLasting: true, text };
}
