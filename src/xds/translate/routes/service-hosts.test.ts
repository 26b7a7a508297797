import { describe, expect, it } from 'vitest';
import type { Listener } from '../../../model/listener.ts';
import { noHeaderChanges, type ServiceRoute } from '../../../model/service.ts';
import { portsOf } from '../ports.ts';
import { hostsOf } from './service-hosts.ts';

const listener = (name: string, ...hostnames: readonly string[]): Listener => ({
  name,
  address: '0.0.0.0',
  port: 80,
  hostnames,
  origins: [],
});

function route(id: string, listeners: readonly string[], hostnames: readonly string[] = []): ServiceRoute {
  return {
    id,
    listeners,
    hostnames,
    match: { path: { kind: 'prefix', value: '/' }, headers: [], query: [] },
    action: { kind: 'fail', status: 500 },
    requestHeaders: noHeaderChanges,
    responseHeaders: noHeaderChanges,
    origins: [],
  };
}

/** By listener and host, the routes there. */
function served(listeners: readonly Listener[], routes: readonly ServiceRoute[]) {
  const [port] = portsOf({ listeners });
  if (port === undefined) throw new Error('no port');
  return Object.fromEntries(
    listeners.map((each) => [
      each.name,
      Object.fromEntries(
        hostsOf(each, port, routes).map((host) => [host.domains.join(), host.routes.map(({ id }) => id)]),
      ),
    ]),
  );
}

describe('the hosts of a listener', () => {
  it('are its own, and those that its routes name', () => {
    const routes = [
      route('all', ['http']),
      route('one', ['http'], ['one.test', 'two.test']),
      route('other', ['https']),
    ];
    expect(served([listener('http')], routes)).toEqual({
      http: { '*': ['all'], 'one.test': ['all', 'one'], 'two.test': ['all', 'one'] },
    });
  });

  it('have the routes of wildcards above them', () => {
    const routes = [route('wide', ['http'], ['*.test']), route('narrow', ['http'], ['a.test'])];
    expect(served([listener('http', '*.test')], routes)).toEqual({
      http: { '*.test': ['wide'], 'a.test': ['wide', 'narrow'] },
    });
  });

  it.each([
    ['wide', 'narrow'],
    ['narrow', 'wide'],
  ])('are none of another listener of the port that is closer to the name: %s first', (...order) => {
    const all = { wide: listener('wide', '*.example.com'), narrow: listener('narrow', 'a.example.com') };
    const routes = [route('both', ['wide', 'narrow'], ['a.example.com'])];
    const listeners = order.map((name) => (name === 'wide' ? all.wide : all.narrow));
    expect(served(listeners, routes)).toEqual({
      wide: { '*.example.com': [] },
      narrow: { 'a.example.com': ['both'] },
    });
  });

  it('go to the longer of two wildcards', () => {
    const listeners = [listener('wide', '*.test'), listener('narrow', '*.b.test')];
    expect(served(listeners, [route('both', ['wide', 'narrow'], ['a.b.test', 'a.test'])])).toEqual({
      wide: { '*.test': [], 'a.test': ['both'] },
      narrow: { '*.b.test': [], 'a.b.test': ['both'] },
    });
  });
});
