import { coversHost } from '../../../src/lib/hostname.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { Listener } from '../../../src/model/listener.ts';
import { listenerHeader } from '../../../src/program/program.ts';
import type { Refusal } from './refusal.ts';

/** Why a request that comes by a listener, or is for a host, gets no further than that; nothing where either is not said. */
export function whyNotLetIn(
  listeners: readonly Pick<Listener, 'name' | 'hostnames'>[],
  headers: Readonly<Record<string, string>>,
): Refusal | undefined {
  const { [listenerHeader]: name, ':authority': host } = headers;
  const asked = listeners.filter((each) => name === undefined || each.name === name);
  if (asked.length === 0 && name !== undefined) {
    const names = listeners.map((each) => each.name);
    const near = suggest(name, names);
    const there = near === undefined ? `it has ${names.join(', ') || 'none'}` : `did you mean ${near}?`;
    return { reason: `the gateway has no listener "${name}"; ${there}` };
  }
  if (host === undefined || asked.some(({ hostnames }) => serves(hostnames, host))) return undefined;
  const served = [...new Set(asked.flatMap(({ hostnames }) => hostnames))].join(', ');
  const which = name === undefined ? 'no listener serves' : `listener "${name}" does not serve`;
  return { reason: `${which} the host "${host}", only ${served} (404)`, status: 404 };
}

function serves(hostnames: readonly string[], host: string): boolean {
  return hostnames.length === 0 || hostnames.some((each) => coversHost(each, host.toLowerCase()));
}
