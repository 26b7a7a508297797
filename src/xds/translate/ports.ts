import type { GatewayModel } from '../../model/gateway.ts';
import type { Listener } from '../../model/listener.ts';
import { listenerOrigin } from '../../model/origins.ts';

/** What Envoy calls a listener: an address that is bound once, for all of ours that share it. */
export interface Port {
  /**
   * By address: a listener of the policy may get another name, or company on its port, without Envoy taking the same
   * address for two listeners, which it refuses.
   */
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** At least one. All have TLS or none has. In the order of the policy. */
  readonly listeners: readonly [Listener, ...Listener[]];
  /** Of all of them, and which listeners of these documents they are: all stand or fall together. */
  readonly origins: readonly string[];
}

export function portsOf({ listeners }: Pick<GatewayModel, 'listeners'>): Port[] {
  const ports = new Map<string, Port>();
  for (const listener of listeners) {
    const { address, port } = listener;
    const name = portName(listener);
    const known = ports.get(name);
    const all: Port['listeners'] = known === undefined ? [listener] : [...known.listeners, listener];
    const origins = [...new Set([...(known?.origins ?? []), ...listener.origins, ...idsOf(listener)])];
    ports.set(name, { name, address, port, listeners: all, origins });
  }
  return [...ports.values()];
}

function idsOf({ name, origins: [gateway] }: Listener): readonly string[] {
  return gateway === undefined ? [] : [listenerOrigin(gateway, name)];
}

export function portName({ address, port }: Pick<Listener, 'address' | 'port'>): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
