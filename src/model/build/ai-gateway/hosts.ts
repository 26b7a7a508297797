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

/** A request that has a host of the route may come by a listener that it is not attached to. */
export function isAlsoMetElsewhere(
  attached: readonly AttachedListener[],
  listeners: readonly Pick<ListenerSpec, 'name' | 'hostname' | 'port'>[],
): boolean {
  const hosts = routeHosts(attached, listeners);
  const own = new Set(attached.map(({ name }) => name));
  const ports = new Set(listeners.flatMap(({ name, port }) => (own.has(name) ? [port] : [])));
  return listeners.some(({ name, hostname, port }) => {
    if (own.has(name)) return false;
    // On one port a host belongs to the listener that is most specific about it.
    return ports.has(port) ? isWithin(hosts, hostname) : isShared(hosts, hostname);
  });
}

/** The listener's hosts are all among those of the route. */
function isWithin(hosts: readonly string[], hostname: string | undefined): boolean {
  if (hosts.length === 0) return true;
  return hostname !== undefined && hosts.some((host) => host === hostname || covers(host, hostname));
}

/** Some host is among both. */
function isShared(hosts: readonly string[], hostname: string | undefined): boolean {
  if (hosts.length === 0 || hostname === undefined) return true;
  return hosts.some((host) => host === hostname || covers(host, hostname) || covers(hostname, host));
}

function covers(pattern: string, name: string): boolean {
  return pattern.startsWith('*.') && name.endsWith(pattern.slice(1));
}
