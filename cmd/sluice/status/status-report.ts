import type { ClientStatus, DocumentStatus, Status } from '../../../src/controller/status.ts';
import { sortedBy } from '../../../src/lib/sort.ts';
import type { Problem } from '../../../src/policy/problem.ts';
import type { Paint } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import { countText } from '../policy/problem-report.ts';
import type { EnvoyView } from './envoy-view.ts';
import { isCurrent, missingClients, standingOf } from './health.ts';
import type { ClusterStatus } from './pods-of-gateways.ts';

export interface StatusReportOptions {
  readonly nowMs: number;
  readonly paint: Paint;
  /** Documents without a problem are shown one by one, however many. */
  readonly isComplete: boolean;
}

export function statusReport(
  status: ClusterStatus,
  envoys: readonly EnvoyView[],
  options: StatusReportOptions,
): string {
  const { nowMs, paint } = options;
  const up = age(nowMs - Date.parse(status.startedAt));
  const lines = [
    `Sluice ${status.version}, up for ${up}, policy revision ${status.revision}`,
    ...(status.publicUrl === undefined ? [] : [`Callers reach it as ${status.publicUrl}`]),
    ...sourceLines(status.source),
    ...section('Documents', documentLines(status.documents, options), 'none', paint),
    ...section('Gateways', gatewayLines(status), 'none', paint),
    ...section('Clients', clientLines(status.clients, nowMs, paint), 'none connected', paint),
  ];
  if (envoys.length > 0) lines.push(...section('Envoys', envoyLines(envoys, paint), '', paint));
  if (status.problems.length > 0) {
    lines.push(
      ...section(
        'Other problems',
        status.problems.flatMap((problem) => problemLines(problem, '  ')),
        '',
        paint,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function section(title: string, lines: readonly string[], nothing: string, paint: Paint): string[] {
  return ['', paint('bold', title), ...(lines.length === 0 ? [`  ${nothing}`] : lines)];
}

const standingStyles = { 'in force': 'green', 'with errors': 'red', stale: 'yellow', rejected: 'red' } as const;

/** So many that nobody has to look for what is wrong among them. */
const mostGood = 20;

/** What is wrong comes first. The others are counted where they are many. */
function documentLines(
  documents: readonly DocumentStatus[],
  { paint, isComplete }: Pick<StatusReportOptions, 'paint' | 'isComplete'>,
): string[] {
  const good = documents.filter((document) => concern(document) === 'none');
  const areCounted = !isComplete && good.length > mostGood;
  const shown = [
    ...documents.filter((document) => concern(document) === 'error'),
    ...documents.filter((document) => concern(document) === 'warning'),
    ...(areCounted ? [] : good),
  ];
  return [...shownDocuments(shown, paint), ...(areCounted ? [countLine(good)] : [])];
}

function concern(document: DocumentStatus): 'error' | 'warning' | 'none' {
  if (standingOf(document) !== 'in force' || document.nack !== undefined) return 'error';
  return document.problems.length > 0 ? 'warning' : 'none';
}

function countLine(documents: readonly DocumentStatus[]): string {
  const kinds = Map.groupBy(documents, ({ id }) => id.split('/', 1).join());
  const counts = sortedBy(kinds, ([kind]) => kind).map(([kind, group]) => `${kind} ${group.length}`);
  return `  in force, without a problem: ${counts.join(', ')} (--all lists them)`;
}

function shownDocuments(documents: readonly DocumentStatus[], paint: Paint): string[] {
  const heads = alignRows(
    documents.map((document) => {
      const standing = standingOf(document);
      // In a cluster it is where its name says.
      const place = document.source === document.id ? [] : [document.source];
      return [document.id, paint(standingStyles[standing], standing), ...place];
    }),
    '  ',
  );
  return documents.flatMap((document, index) => [
    heads[index] ?? '',
    ...(document.state === 'stale' ? ['      An older version is in force.'] : []),
    ...(document.isInPart ? ['      Its other rules are in force; what these are for is answered with 500.'] : []),
    ...document.problems.flatMap((problem) => problemLines(problem, '      ')),
    ...(document.nack === undefined ? [] : [`      Refused by a client: ${document.nack}`]),
  ]);
}

function problemLines(problem: Problem, indent: string): string[] {
  const where = [problem.document === '' ? problem.source : '', problem.path].filter((part) => part !== '').join(' ');
  const what = `${indent}${problem.severity}: ${where}${where === '' ? '' : ' '}${problem.message}`;
  return [what, `${indent}→ ${problem.remedy}`];
}

function gatewayLines(status: ClusterStatus): string[] {
  const heads = alignRows(
    status.gateways.map(({ name, listeners, providers, models, keys }) => [
      name,
      listeners.join(', ') || 'no listener',
      [countText(providers, 'provider'), countText(models, 'model'), countText(keys, 'key')].join(', '),
    ]),
    '  ',
  );
  return status.gateways.flatMap((gateway, index) => {
    const missing = missingClients(status, gateway);
    return [
      heads[index] ?? '',
      ...(gateway.trouble === undefined ? [] : [`      What belongs to it is not as wanted: ${gateway.trouble}`]),
      ...missing.map((kind) => `      No ${kind === 'envoy' ? 'Envoy' : kind} is connected.`),
      ...(status.pods?.[gateway.name] ?? []).map((line) => `      ${line}`),
    ];
  });
}

function sourceLines(source: Status['source']): string[] {
  if (source === undefined || isCurrent(source)) return [];
  const since = source.staleSince === undefined ? '' : ` since ${source.staleSince}`;
  const why = source.failure === undefined ? '' : `: ${source.failure}`;
  return [`The cluster has not been read${since}${why}. What has changed there is not in force.`];
}

const clientStyles = { synced: 'green', pending: 'yellow', nacked: 'red' } as const;

function clientLines(clients: readonly ClientStatus[], nowMs: number, paint: Paint): string[] {
  // Pods of two Gateways may be called alike.
  const areOfSeveral = new Set(clients.map(({ gateway }) => gateway)).size > 1;
  const heads = alignRows(
    clients.map((client) => [
      client.nodeId,
      ...(areOfSeveral ? [client.gateway] : []),
      `${client.kind}${client.version === undefined ? '' : ` ${client.version}`}`,
      `for ${age(nowMs - Date.parse(client.connectedSince))}`,
      stateOf(client, paint),
      client.types.map((type) => `${type.type} ${type.resources}`).join(', '),
    ]),
    '  ',
  );
  return clients.flatMap((client, index) => [
    heads[index] ?? '',
    ...client.types.filter((type) => type.nack !== undefined).map((type) => `      ${type.type}: ${type.nack}`),
  ]);
}

function envoyLines(envoys: readonly EnvoyView[], paint: Paint): string[] {
  return envoys.flatMap((envoy) => [
    `  port ${envoy.port}  envoy ${envoy.version}  ${envoy.isReady ? paint('green', 'ready') : paint('yellow', 'not ready')}  ${envoy.types
      .map(({ type, resources }) => `${type} ${resources}`)
      .join(', ')}`,
    ...envoy.types.flatMap(({ type, refused }) => refused.map(({ name, text }) => `      ${type} ${name}: ${text}`)),
    ...envoy.withoutHosts.map((name) => `      Provider ${name}: its address does not resolve.`),
  ]);
}

function stateOf(client: ClientStatus, paint: Paint): string {
  const worst = (['nacked', 'pending'] as const).find((state) => client.types.some((type) => type.state === state));
  const state = worst ?? 'synced';
  return paint(clientStyles[state], state);
}

/** Rounded down to one unit: people ask whether it is minutes or days. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours}h` : `${Math.floor(hours / 24)}d`;
}
