import { isRecord } from '../../../kube/error.ts';
import type { OtherPort, ServiceFacts, ServicePort } from '../../../model/build/surroundings.ts';
import type { PresentReference } from './reference.ts';
import type { KeptReference } from './snapshot.ts';
import type { ClusterSurroundings, Entries } from './surroundings.ts';

/** What was asked for and is there, as it stands in a snapshot. */
export function keptReferences({ secrets, configMaps, services }: ClusterSurroundings): readonly KeptReference[] {
  const kept =
    <T>(of: KeptReference['of'], plain: (value: T) => unknown) =>
    ([key, { uid, version, value }]: readonly [string, PresentReference<T>]): KeptReference => ({
      of,
      key,
      uid,
      version,
      value: plain(value),
    });
  const entries = (value: Entries): unknown => Object.fromEntries(value);
  return [
    ...[...secrets.present()].map(kept('secret', entries)),
    ...[...configMaps.present()].map(kept('configMap', entries)),
    ...[...services.present()].map(kept('service', (value: ServiceFacts) => value)),
  ];
}

/** What was there before a restart holds until something newer is known. */
export function seedReferences(kept: readonly KeptReference[], surroundings: ClusterSurroundings): void {
  for (const { of, key, uid, version, value } of kept) {
    const common = { kind: 'present', uid, version } as const;
    if (of === 'service') surroundings.services.seed(key, { ...common, value: serviceFactsOf(value) });
    else surroundings[of === 'secret' ? 'secrets' : 'configMaps'].seed(key, { ...common, value: entriesOf(value) });
  }
}

function entriesOf(value: unknown): Entries {
  const fields = isRecord(value) ? Object.entries(value) : [];
  return new Map(fields.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}

function serviceFactsOf(value: unknown): ServiceFacts {
  if (!isRecord(value)) return { ports: [] };
  return {
    ports: Array.isArray(value.ports) ? value.ports.filter(isServicePort) : [],
    ...(Array.isArray(value.otherPorts) && { otherPorts: value.otherPorts.filter(isOtherPort) }),
    ...(value.isHeadless === true && { isHeadless: true }),
    ...(value.isExternal === true && { isExternal: true }),
  };
}

function isServicePort(value: unknown): value is ServicePort {
  return isRecord(value) && typeof value.name === 'string' && typeof value.port === 'number';
}

function isOtherPort(value: unknown): value is OtherPort {
  return isRecord(value) && typeof value.port === 'number' && typeof value.protocol === 'string';
}
