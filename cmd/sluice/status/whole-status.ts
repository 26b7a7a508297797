import type { DocumentStatus, GatewayStatus, Status } from '../../../src/controller/status.ts';
import type { Problem } from '../../../src/policy/problem.ts';
import { isCurrent } from './health.ts';

/**
 * How a control plane of several replicas stands. All of them read the same policy, and each knows of its own clients
 * only: so of a refusal knows the one whose client refused.
 */
export function wholeStatus([first, ...others]: readonly [Status, ...Status[]]): Status {
  const all = [first, ...others];
  const documents = new Map<string, DocumentStatus>();
  for (const document of all.flatMap((status) => status.documents)) {
    const known = documents.get(document.id);
    if (known === undefined || (known.nack === undefined && document.nack !== undefined)) {
      documents.set(document.id, document);
    }
  }
  const source = all.flatMap(({ source }) => source ?? []).find((one) => !isCurrent(one)) ?? first.source;
  return {
    ...first,
    ...(source && { source }),
    startedAt: all.map(({ startedAt }) => startedAt).sort()[0] ?? first.startedAt,
    gateways: first.gateways.map((gateway) => troubled(gateway, all)),
    documents: [...documents.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    problems: distinct(all.flatMap(({ problems }) => problems)),
    clients: all.flatMap(({ clients }) => clients).sort((a, b) => (a.nodeId < b.nodeId ? -1 : 1)),
  };
}

function troubled(gateway: GatewayStatus, all: readonly Status[]): GatewayStatus {
  const same = all.flatMap(({ gateways }) => gateways.filter(({ name }) => name === gateway.name));
  return same.find(({ trouble }) => trouble !== undefined) ?? gateway;
}

function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
