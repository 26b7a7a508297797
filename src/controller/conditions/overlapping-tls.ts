import { coversHost } from '../../lib/hostname.ts';
import type { Condition } from './condition.ts';
import type { Say } from './document-conditions.ts';
import { type Fields, textOf } from './fields.ts';
import { namesOf } from './message.ts';

/**
 * Gateway API wants it told: a connection that a client opened for one host, and goes on to use for another which its
 * certificate covers as well, meets the TLS of the first listener. Nothing where no other listener has such hosts.
 */
export function overlappingTls(say: Say, listener: Fields, all: readonly Fields[]): Condition[] {
  const others = all.filter((other) => other !== listener && isOverlapping(listener, other));
  if (others.length === 0) return [];
  const names = namesOf(others.map(({ name }) => textOf(name) ?? ''));
  const message = `Hosts of it are also hosts of ${names}, with TLS of their own on the same port.`;
  return [say('OverlappingTLSConfig', 'True', 'OverlappingHostnames', message)];
}

function isOverlapping(listener: Fields, other: Fields): boolean {
  if (listener.protocol !== 'HTTPS' || other.protocol !== 'HTTPS' || listener.port !== other.port) return false;
  const [one, two] = [hostOf(listener), hostOf(other)];
  return coversHost(one, two) || coversHost(two, one);
}

/** Every host, where none is written. */
function hostOf({ hostname }: Fields): string {
  return textOf(hostname) || '*';
}
