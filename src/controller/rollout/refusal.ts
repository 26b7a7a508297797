import { providerCluster } from '../../program/provider-cluster.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import type { Snapshot } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';

/** A version of a resource that a client has refused, and what it said. */
export interface Refusal {
  readonly resource: Resource;
  readonly text: string;
}

export function resourceKey(resource: { readonly typeUrl: string; readonly name: string }): string {
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

function isNamedIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    if (!isNameCharacter(text[at - 1]) && !isNameCharacter(text[at + name.length])) return true;
  }
  return false;
}

function isNameCharacter(character: string | undefined): boolean {
  return character !== undefined && /[A-Za-z0-9_./-]/.test(character);
}

/**
 * The desired state without what was refused: the last accepted version of each such resource stays in force, or, when
 * there is none, the resource and whatever names it are left out. So one bad resource costs what it describes and
 * nothing else. Refused versions are not sent again until their content changes.
 */
export function withoutRefused(
  desired: Snapshot,
  refusals: ReadonlyMap<string, Refusal>,
  accepted: (key: string) => Resource | undefined,
): { readonly snapshot: Snapshot; readonly withheld: readonly Refusal[] } {
  const withheld = [...refusals.values()].filter(
    ({ resource }) => desired.resources.get(resource.typeUrl)?.get(resource.name)?.version === resource.version,
  );
  if (withheld.length === 0) return { snapshot: desired, withheld };
  const resources = new Map([...desired.resources].map(([type, ofType]) => [type, new Map(ofType)]));
  const substitute = (resource: Resource): void => {
    const last = accepted(resourceKey(resource));
    if (last === undefined) resources.get(resource.typeUrl)?.delete(resource.name);
    else resources.get(resource.typeUrl)?.set(resource.name, last);
  };
  for (const { resource } of withheld) substitute(resource);

  // New programs may name retry profiles that only the refused route table has: they wait with it.
  const isTableWithheld = withheld.some(({ resource }) => resource.typeUrl === typeUrls.route);
  if (isTableWithheld)
    for (const route of [...(resources.get(typeUrls.programRoute)?.values() ?? [])]) substitute(route);

  // A target whose provider is missing is passed over; one whose cluster is missing ends the request.
  const clusters = resources.get(typeUrls.cluster);
  for (const provider of [...(resources.get(typeUrls.programProvider)?.values() ?? [])]) {
    if (!clusters?.has(providerCluster(provider))) resources.get(typeUrls.programProvider)?.delete(provider.name);
  }
  return { snapshot: { resources }, withheld };
}
