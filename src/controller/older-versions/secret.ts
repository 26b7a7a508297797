import { isObject, type KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound, isRecord, type KubeError, kubeError } from '../../kube/error.ts';
import { parseJson } from '../../kube/json.ts';
import type { KubeObject, ObjectRef } from '../../kube/object.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { isKind } from '../../policy/kinds.ts';
import { objectId } from '../object-id.ts';
import { resourceKey } from '../rollout/refusal.ts';
import { isRefusedVersion, type RefusedVersion } from '../rollout/refused-version.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';

export interface Versions {
  /** Older versions of objects that are in force. */
  readonly objects: readonly KindObject[];
  /** What clients do not take. */
  readonly refused: readonly RefusedVersion[];
}

/** What a look at the Secret found. */
export interface StoredVersions extends Versions {
  /** As `textOf` writes these. */
  readonly text: string;
  readonly resourceVersion: string;
}

/**
 * The Secret in which all replicas find the older versions of objects that are in force in place of what is written, and
 * what clients have refused. The chart makes it, empty: nothing has to be allowed to make Secrets for this.
 */
export interface VersionsSecret {
  read(): Promise<Result<StoredVersions, KubeError>>;
  /** `taken`: another replica was faster; what it wrote is to be read. */
  write(text: string, replaces: StoredVersions): Promise<Result<'written' | 'taken', KubeError>>;
}

const dataKey = 'versions';

/** A Secret takes a mebibyte, in base64. */
const mostBytes = 700_000;

export function versionsSecret(
  client: Pick<KubeClient, 'get' | 'patch'>,
  namespace: string,
  name: string,
): VersionsSecret {
  const ref: ObjectRef = { group: '', version: 'v1', plural: 'secrets', namespace, name };
  return {
    async read() {
      const found = await client.get(ref);
      if (!found.ok) return isNotFound(found.error) ? err(missing(namespace, name)) : found;
      return ok(storedIn(found.value));
    },
    async write(text, { resourceVersion }) {
      const answer = await client.patch(ref, {
        metadata: { resourceVersion },
        data: { [dataKey]: Buffer.from(text).toString('base64') },
      });
      if (answer.ok) return ok('written');
      return isConflict(answer.error) ? ok('taken') : answer;
    },
  };
}

/** The same text for the same versions, whichever replica writes them. */
export function textOf({ objects, refused }: Versions): { readonly text: string; readonly leftOut: number } {
  const lines = [
    ...objects.map(
      ({ kind, object }) => [objectId(kind, object), JSON.stringify({ kind, object: lasting(object) })] as const,
    ),
    ...refused.map((each) => [`~ ${each.gateway} ${resourceKey(each)}`, refusedLine(each)] as const),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, line]) => line);
  // The largest ones have to go first, so that as many as can be have a version to go back to.
  let left = mostBytes;
  const fitting = new Set<string>();
  for (const line of lines.toSorted((a, b) => a.length - b.length)) {
    left -= Buffer.byteLength(line) + 1;
    if (left < 0) break;
    fitting.add(line);
  }
  const text = lines.filter((line) => fitting.has(line)).join('\n');
  return { text, leftOut: lines.length - fitting.size };
}

/** Fields in this order, whoever has written them before. */
function refusedLine({ gateway, typeUrl, name, version, text, by, isSuspect, documents }: RefusedVersion): string {
  const sorted = Object.fromEntries(Object.entries(documents).sort(([a], [b]) => (a < b ? -1 : 1)));
  const said = { text, by, ...(isSuspect && { isSuspect }) };
  return JSON.stringify({ refused: { gateway, typeUrl, name, version, ...said, documents: sorted } });
}

/** Without what differs between replicas that have seen the same: nobody reads it after a restart. */
function lasting({ status: _, metadata, ...object }: KubeObject): KubeObject {
  const {
    managedFields: __,
    resourceVersion: ___,
    ...lastingMetadata
  } = metadata as typeof metadata & {
    readonly managedFields?: unknown;
  };
  return { ...object, metadata: lastingMetadata };
}

/** Another version of ours may have known other kinds, and other things to keep. */
export function storedIn({ data, metadata }: KubeObject): StoredVersions {
  const encoded = isRecord(data) ? data[dataKey] : undefined;
  const text = typeof encoded === 'string' ? Buffer.from(encoded, 'base64').toString('utf8') : '';
  const items = text.split('\n').flatMap((line) => {
    const parsed = parseJson(line);
    return parsed.ok && isRecord(parsed.value) ? [parsed.value] : [];
  });
  return {
    objects: items.flatMap(({ kind, object }) =>
      typeof kind === 'string' && isKind(kind) && isObject(object) ? [{ kind, object }] : [],
    ),
    refused: items.flatMap(({ refused }) => (isRefusedVersion(refused) ? [refused] : [])),
    text,
    resourceVersion: metadata.resourceVersion ?? '',
  };
}

function missing(namespace: string, name: string): KubeError {
  return kubeError(
    404,
    'NotFound',
    `there is no Secret ${namespace}/${name}, which the chart makes: a replica that is started anew will not know which ` +
      'older versions are in force. Bring it back with helm upgrade.',
  );
}
