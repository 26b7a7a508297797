import { getOrCreate } from '../../lib/get-or-create.ts';
import { type Reference, referencesOf } from './references/references.ts';
import type { Resource } from './resource.ts';
import type { Snapshot } from './snapshot.ts';
import { type TypeName, typeUrls } from './type-url.ts';

/** A reference that leads nowhere, or a resource that nothing leads to. */
export interface ConsistencyProblem {
  readonly kind: 'missing' | 'orphaned';
  /** The resource at fault. */
  readonly typeUrl: string;
  readonly name: string;
  /** Documents that the resource came from. */
  readonly origins: readonly string[];
  /** What it names but the snapshot does not have. */
  readonly reference?: Reference;
  readonly message: string;
}

/**
 * Checks that every name inside a snapshot leads somewhere: assignments of EDS clusters, routes of listeners, clusters
 * of routes (weighted, mirrored, priority groups), of gRPC services, of aggregate clusters and of program providers,
 * secrets, discovered extensions. And that no assignment is left over.
 *
 * Not checked: clusters named only by request headers or metadata (program providers stand for those), and extensions
 * whose schema is not generated.
 */
export function checkConsistency(
  snapshot: Snapshot,
  /** Clusters that need not be sent. */
  unsentClusters: ReadonlySet<string>,
): readonly ConsistencyProblem[] {
  const problems: ConsistencyProblem[] = [];
  const assignments = new Set<string>();
  for (const ofType of snapshot.resources.values()) {
    for (const { resource, reference } of referencesIn(ofType)) {
      if (reference.type === 'endpoint') assignments.add(reference.name);
      if (reference.type === 'cluster' && unsentClusters.has(reference.name)) continue;
      if (snapshot.resources.get(typeUrls[reference.type])?.has(reference.name)) continue;
      problems.push(missing(resource, reference));
    }
  }
  for (const assignment of snapshot.resources.get(typeUrls.endpoint)?.values() ?? []) {
    if (!assignments.has(assignment.name)) problems.push(orphaned(assignment));
  }
  return problems;
}

interface Naming {
  readonly resource: Resource;
  readonly reference: Reference;
}

const namings = new WeakMap<ReadonlyMap<string, Resource>, readonly Naming[]>();

/** Of all resources of a type. Kept per map: most types are the same from one snapshot to the next, and name nothing. */
function referencesIn(ofType: ReadonlyMap<string, Resource>): readonly Naming[] {
  return getOrCreate(namings, ofType, () =>
    [...ofType.values()].flatMap((resource) => referencesOf(resource).map((reference) => ({ resource, reference }))),
  );
}

const words: Readonly<Record<TypeName, string>> = {
  cluster: 'cluster',
  endpoint: 'endpoint assignment',
  secret: 'secret',
  listener: 'listener',
  route: 'route configuration',
  extensionConfig: 'extension configuration',
  runtime: 'runtime layer',
  programSettings: 'program settings',
  programProvider: 'program provider',
  programRoute: 'program route',
  programModel: 'program model',
  programKey: 'program key',
  programSecret: 'program secret',
  programPricing: 'program pricing',
  programGuardrail: 'program guardrail',
  programLimit: 'program limit',
  programBudget: 'program budget',
};

function missing(resource: Resource, reference: Reference): ConsistencyProblem {
  const { typeUrl, name, origins } = resource;
  const message = `${describe(resource)} names the ${words[reference.type]} "${reference.name}", which does not exist`;
  return { kind: 'missing', typeUrl, name, origins, reference, message };
}

function orphaned(resource: Resource): ConsistencyProblem {
  const { typeUrl, name, origins } = resource;
  return { kind: 'orphaned', typeUrl, name, origins, message: `${describe(resource)} belongs to no cluster` };
}

function describe({ typeUrl, name }: Resource): string {
  const type = (Object.keys(typeUrls) as TypeName[]).find((key) => typeUrls[key] === typeUrl);
  return `${type === undefined ? typeUrl : words[type]} "${name}"`;
}
