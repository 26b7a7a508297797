import { isObject } from '../../../kube/client.ts';
import { isRecord } from '../../../kube/error.ts';
import { parseJson } from '../../../kube/json.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { isKind, type Kind } from '../../../policy/kinds.ts';
import { isRefusedVersion, type RefusedVersion } from '../../rollout/refused-version.ts';

/** What was last seen complete: enough to serve from while nobody answers. Holds secrets. */
export interface ClusterSnapshot {
  readonly server: string;
  /** Milliseconds since the epoch at which all of it was still true. */
  readonly asOf: number;
  readonly objects: readonly KindObject[];
  /** Of objects that are broken: what they were when they were last right. */
  readonly lastGood: readonly KindObject[];
  /** What clients did not take. */
  readonly refused: readonly RefusedVersion[];
  readonly namespaces: readonly NamedLabels[];
  readonly references: readonly KeptReference[];
}

export interface KindObject {
  readonly kind: Kind;
  readonly object: KubeObject;
}

export interface NamedLabels {
  readonly name: string;
  readonly labels: { readonly [name: string]: string };
}

export interface KeptReference {
  readonly of: 'secret' | 'configMap' | 'service';
  /** `namespace/name` */
  readonly key: string;
  readonly uid: string;
  readonly version: string;
  readonly value: unknown;
}

const format = 'sluice-cluster-snapshot/1';

/**
 * One line for each thing, so that writing and reading can pause between them; the last line counts the others, so that
 * half a file is never taken for a whole one.
 */
export function* linesOf(snapshot: ClusterSnapshot): Generator<string> {
  let count = 1;
  yield JSON.stringify({ format, server: snapshot.server, asOf: snapshot.asOf });
  for (const field of ['namespaces', 'objects', 'lastGood', 'refused', 'references'] as const) {
    for (const item of snapshot[field]) {
      count++;
      yield JSON.stringify({ in: field, item: 'object' in item ? { ...item, object: kept(item.object) } : item });
    }
  }
  yield JSON.stringify({ end: count });
}

/** Nobody reads a status after a restart; what is written there says what was, not what is wanted. */
function kept({ status: _, ...object }: KubeObject): KubeObject {
  return object;
}

/** The error says why it is of no use. */
export function fromLines(lines: readonly string[]): Result<ClusterSnapshot> {
  const [first, ...rest] = lines.map(parseLine);
  const last = rest.pop();
  if (typeof first?.format !== 'string') return err('it is not a snapshot');
  if (first.format !== format)
    return err(`it is of another version, ${first.format.slice(0, 60)} instead of ${format}`);
  if (last?.end !== lines.length - 1) return err('it is not whole');
  const { server, asOf } = first;
  if (typeof server !== 'string' || typeof asOf !== 'number') return err('it does not say of which API server it is');
  const of = (field: string): readonly unknown[] => rest.filter((line) => line.in === field).map(({ item }) => item);
  return ok({
    server,
    asOf,
    namespaces: of('namespaces').filter(isNamedLabels),
    objects: of('objects').filter(isKindObject),
    lastGood: of('lastGood').filter(isKindObject),
    refused: of('refused').filter(isRefusedVersion),
    references: of('references').filter(isKeptReference),
  });
}

function parseLine(line: string): { readonly [field: string]: unknown } {
  const parsed = parseJson(line);
  return parsed.ok && isRecord(parsed.value) ? parsed.value : {};
}

/** Another version of ours may have known other kinds. */
function isKindObject(item: unknown): item is KindObject {
  return isRecord(item) && typeof item.kind === 'string' && isKind(item.kind) && isObject(item.object);
}

function isNamedLabels(item: unknown): item is NamedLabels {
  return isRecord(item) && typeof item.name === 'string' && isRecord(item.labels);
}

function isKeptReference(item: unknown): item is KeptReference {
  if (!isRecord(item)) return false;
  const { of, key, uid, version } = item;
  return of === 'secret' || of === 'configMap' || of === 'service'
    ? [key, uid, version].every((each) => typeof each === 'string')
    : false;
}
