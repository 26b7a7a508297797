import type { Listener } from '../../../src/model/listener.ts';

export function listenerUrl(listener: Listener): string {
  const host = hostOf(listener);
  return `${listener.tls ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${listener.port}`;
}

/** A loopback address reads better by its name. */
export function hostOf({ hostnames, address }: Listener): string {
  return hostnames[0] ?? (isEverywhereOrLoopback(address) ? 'localhost' : address);
}

export function isEverywhereOrLoopback(address: string): boolean {
  return address === '0.0.0.0' || address === '::' || address === '127.0.0.1' || address === '::1';
}
