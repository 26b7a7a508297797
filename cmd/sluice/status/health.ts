import type { ClientStatus, DocumentStatus, GatewayStatus, Status } from '../../../src/controller/status.ts';
import type { Problem } from '../../../src/policy/problem.ts';

/** Whether everything that was written is in force everywhere, and there is somebody who serves it. */
export function isHealthy(status: Status): boolean {
  return (
    status.documents.every((document) => standingOf(document) === 'in force' && document.nack === undefined) &&
    !hasErrors(status.problems) &&
    (status.source === undefined || isCurrent(status.source)) &&
    status.gateways.every((gateway) => gateway.trouble === undefined && missingClients(status, gateway).length === 0) &&
    status.clients.every((client) => client.types.every((type) => type.state !== 'nacked'))
  );
}

/** One with an error is used as far as it goes, which may be nowhere: a model without a target, for instance. */
export function standingOf({ state, problems }: DocumentStatus): DocumentStatus['state'] | 'with errors' {
  return state === 'in force' && hasErrors(problems) ? 'with errors' : state;
}

const needed = ['envoy', 'processor'] as const satisfies readonly ClientStatus['kind'][];

/** Of what a gateway needs to serve anybody, that of which none is connected. One that listens nowhere needs nothing. */
export function missingClients(
  { clients }: Pick<Status, 'clients'>,
  { name, listeners }: GatewayStatus,
): readonly (typeof needed)[number][] {
  if (listeners.length === 0) return [];
  return needed.filter((kind) => !clients.some((client) => client.gateway === name && client.kind === kind));
}

/** A watch that begins anew has missed something for a moment, without any failure. */
export function isCurrent({ servesFrom, failure }: NonNullable<Status['source']>): boolean {
  return servesFrom === 'cluster' && failure === undefined;
}

function hasErrors(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === 'error');
}
