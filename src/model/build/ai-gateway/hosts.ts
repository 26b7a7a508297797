import type { ListenerSpec } from '../../../policy/gateway-api/gateway-listener.ts';
import type { AttachedListener } from '../gateway-api/attach.ts';

/**
 * Hosts on which a route answers; empty: every one. A listener says its part: a route that leaves the host open is for
 * those of the listener that it is attached to, and for no other's.
 */
export function routeHosts(
  attached: readonly AttachedListener[],
  listeners: readonly Pick<ListenerSpec, 'name' | 'hostname'>[],
): readonly string[] {
  const hosts = new Set<string>();
  for (const { name, hostnames } of attached) {
    const own = listeners.find((listener) => listener.name === name)?.hostname;
    const served = hostnames.length > 0 ? hostnames : own === undefined ? [] : [own];
    if (served.length === 0) return [];
    for (const host of served) hosts.add(host.toLowerCase());
  }
  return [...hosts].sort();
}

/** Listeners that a request for the route may also come by, since only its host is looked at. */
export function otherListeners(
  attached: readonly AttachedListener[],
  listeners: readonly Pick<ListenerSpec, 'name' | 'hostname'>[],
): readonly string[] {
  const own = new Set(attached.map(({ name }) => name));
  const hostOf = (name: string): string => listeners.find((listener) => listener.name === name)?.hostname ?? '*';
  const hosts = new Set([...own].map(hostOf));
  return listeners.flatMap(({ name }) => (!own.has(name) && hosts.has(hostOf(name)) ? [name] : []));
}
