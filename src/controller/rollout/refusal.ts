import { unsentClusters } from '../../contract.ts';
import { getOrCreate } from '../../lib/get-or-create.ts';
import { referencesOf } from '../../xds/snapshot/references/references.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import type { Snapshot } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';

/** A version of a resource that a client has refused, and what it said. */
export interface Refusal {
  readonly resource: Resource;
  readonly text: string;
  /** Kinds of clients that have refused it, sorted. */
  readonly by: readonly string[];
  /** It came with others, and the text names none of them: it may be right. */
  readonly isSuspect?: boolean;
  /** What it was made of: hashes of documents by id. */
  readonly documents: Readonly<Record<string, string>>;
}

export function resourceKey(resource: Pick<Resource, 'typeUrl' | 'name'>): string {
  return `${resource.typeUrl}/${resource.name}`;
}

/**
 * Which resources of a refused batch are the bad ones. The wire does not say; Envoy and our processor name them in the
 * text. When the text names none of the batch, every one of it is suspect.
 */
export function refusedNames(batch: readonly string[], text: string): readonly string[] {
  const named = batch.filter((name) => isNamedIn(text, name));
  return named.length > 0 ? named : batch;
}

export function isNamedIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isNameCharacter(text[at - 1]) && !isNameCharacter(text[at + name.length])) return true;
  }
  return false;
}

function isNameCharacter(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_./-]/.test(character);
}

/** What can take the place of what is left out. */
export interface Substitutes {
  /** Of a resource that may no longer be desired, the best first. */
  goodVersions(resource: Pick<Resource, 'typeUrl' | 'name'>): readonly Resource[];
  standIn(resource: Resource): Resource | undefined;
}

/**
 * The desired state without what was refused: the last good version of each such resource stays in force, with whatever
 * it names; or, when there is none, its stand-in; or else the resource and whatever names it are left out, but for a route
 * table. So one bad resource costs what it describes and nothing else. Refused versions are not sent again until their
 * content changes.
 */
export function withoutRefused(
  desired: Snapshot,
  refusals: ReadonlyMap<string, Refusal>,
  { goodVersions, standIn }: Substitutes,
): { readonly snapshot: Snapshot; readonly withheld: readonly Refusal[] } {
  const withheld = [...refusals.values()].filter(
    ({ resource }) => desired.resources.get(resource.typeUrl)?.get(resource.name)?.version === resource.version,
  );
  if (withheld.length === 0) return { snapshot: desired, withheld };
  const resources = new Map([...desired.resources].map(([type, ofType]) => [type, new Map(ofType)]));
  const dismissed = new Set<string>();
  const fits = (resource: Resource): boolean => !dismissed.has(versionKey(resource));
  const substitute = (resource: Resource): void => {
    dismissed.add(versionKey(resource));
    const ofType = resources.get(resource.typeUrl);
    const next = goodVersions(resource).find(fits) ?? standIn(resource);
    if (next !== undefined && fits(next)) ofType?.set(resource.name, next);
    else ofType?.delete(resource.name);
  };
  for (const { resource } of withheld) if (!isOnlyTable(resource)) substitute(resource);

  // New programs may name retry profiles that only the refused route table has: they wait with it.
  const isTableWithheld = withheld.some(({ resource }) => resource.typeUrl === typeUrls.route);
  if (isTableWithheld)
    for (const route of [...(resources.get(typeUrls.programRoute)?.values() ?? [])])
      if (goodVersions(route)[0]?.version !== route.version) substitute(route);

  // What names something that is left out falls back as well: a cluster without its secret would warm for ever, and a
  // target without its cluster would end the request, where one without its provider is passed over.
  let isSettled: boolean;
  do {
    isSettled = true;
    for (const ofType of [...resources.values()]) {
      for (const resource of [...ofType.values()]) {
        if (isComplete(resource)) continue;
        isSettled = false;
        substitute(resource);
      }
    }
  } while (!isSettled);
  return { snapshot: { resources }, withheld };

  /** Whoever refuses it may have one from before a restart, and would lose it with its port: so nothing is sent instead. */
  function isOnlyTable(resource: Resource): boolean {
    return resource.typeUrl === typeUrls.route && goodVersions(resource).length === 0;
  }

  /** Brings back what an older version names and the desired state no longer has. */
  function isComplete(resource: Resource): boolean {
    return referencesOf(resource).every((reference) => {
      if (reference.type === 'cluster' && unsentClusters.has(reference.name)) return true;
      const typeUrl = typeUrls[reference.type];
      if (resources.get(typeUrl)?.has(reference.name)) return true;
      const last = goodVersions({ typeUrl, name: reference.name }).find(fits);
      if (last === undefined) return false;
      isSettled = false;
      getOrCreate(resources, typeUrl, () => new Map<string, Resource>()).set(last.name, last);
      return true;
    });
  }
}

function versionKey(resource: Resource): string {
  return `${resourceKey(resource)}@${resource.version}`;
}
