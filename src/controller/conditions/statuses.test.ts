import { describe, expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { goldenCases } from '../../../e2e/support/golden.ts';
import type { KubeObject } from '../../kube/object.ts';
import { objectId } from '../object-id.ts';
import { fieldsOf } from './fields.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import { statusesOf } from './statuses.ts';
import { statusPatch } from './writing/patch.ts';

/** As the cases write it. */
interface Case {
  readonly objects: readonly (KubeObject & { readonly kind: string })[];
  readonly judgedGenerations?: Readonly<Record<string, number>>;
  readonly problems?: Outcome['problems'];
  readonly stale?: readonly string[];
  /** Generations that are in force in place of these. */
  readonly older?: Readonly<Record<string, number>>;
  readonly attachments?: Outcome['attachments'];
  readonly nacks?: Readonly<Record<string, string>>;
  readonly isPublished?: boolean;
  readonly reach?: Readonly<Record<string, { envoys: number; processors: number; missing: string[] }>>;
  readonly silent?: readonly string[];
  readonly provisioned?: Readonly<
    Record<string, { addresses: []; readyPods: number; error?: string; faulty?: string[] }>
  >;
  readonly made?: readonly string[];
  /** null: nobody has written it down. */
  readonly gatewayApiVersion?: string | null;
}

const now = '2026-12-01T12:00:00Z';

function outcomeOf(text: string): Outcome & { readonly objects: readonly WatchedObject[] } {
  const read = parse(text) as Case;
  const { gatewayApiVersion = 'v1.6.3' } = read;
  const objects = read.objects.map((object) => {
    const [version = '', group = ''] = (object.apiVersion ?? '').split('/').toReversed();
    return { kind: object.kind, resource: { group, version, plural: '' }, object };
  });
  const generations = objects.map(
    (each) => [objectId(each.kind, each.object), each.object.metadata.generation ?? 1] as const,
  );
  return {
    controllerName: 'sluice.dev/gateway-controller',
    objects,
    generations: new Map([...generations, ...Object.entries(read.judgedGenerations ?? {})]),
    problems: (read.problems ?? []).map((problem) => ({ ...problem, source: '' })),
    isStale: (id) => read.stale?.includes(id) === true || read.older?.[id] !== undefined,
    olderGeneration: (id) => read.older?.[id],
    attachments: read.attachments ?? [],
    nacks: new Map(Object.entries(read.nacks ?? {})),
    isPublished: read.isPublished ?? true,
    reach: new Map(Object.entries(read.reach ?? {})),
    silent: read.silent ?? [],
    provisioned: new Map(Object.entries(read.provisioned ?? {})),
    ...(read.made && { made: new Set(read.made) }),
    ...(gatewayApiVersion !== null && { gatewayApiVersion }),
  };
}

/** The objects with what would be written to them already in them. */
function afterwards(outcome: Outcome & { readonly objects: readonly WatchedObject[] }): Outcome {
  const patches = new Map(
    statusesOf(outcome).map(({ id, watched, status }) => [
      id,
      statusPatch(status, fieldsOf(watched.object.status), now),
    ]),
  );
  const objects = outcome.objects.map((each) => {
    const status = { ...fieldsOf(each.object.status), ...patches.get(objectId(each.kind, each.object)) };
    return { ...each, object: { ...each.object, status } };
  });
  return { ...outcome, objects };
}

function patchesOf(outcome: Outcome, at: string): Record<string, unknown> {
  const patches = statusesOf(outcome).map(({ id, watched, status }) => {
    return [id, statusPatch(status, fieldsOf(watched.object.status), at) ?? 'nothing to write'] as const;
  });
  return Object.fromEntries(patches);
}

/** One line for a condition: `Accepted True Accepted (generation 3, now): It is valid and in force.` */
function replacer(key: unknown, value: unknown): unknown {
  if (key === 'supportedFeatures') return 'as supported-features.ts says';
  const { type, status, reason, message, observedGeneration, lastTransitionTime } = fieldsOf(value);
  if (lastTransitionTime === undefined) return value;
  const time = lastTransitionTime === now ? 'now' : lastTransitionTime;
  return `${type} ${status} ${reason} (generation ${observedGeneration}, ${time}): ${message}`;
}

describe('statusesOf()', () => {
  goldenCases(`${import.meta.dirname}/testdata`, '.outcome.yaml', '.status.yaml', (text) => {
    const outcome = outcomeOf(text);
    // Whatever the case: once written, there is nothing more to write, an hour later either.
    const again = patchesOf(afterwards(outcome), '2026-12-01T13:00:00Z');
    expect(Object.values(again).filter((patch) => patch !== 'nothing to write')).toEqual([]);
    return stringify(patchesOf(outcome, now), replacer, { lineWidth: 120, aliasDuplicateObjects: false });
  });
});
