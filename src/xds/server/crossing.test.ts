import { describe, expect, it } from 'vitest';
import type { Variant } from './stream.ts';
import { scriptedClient } from './testing/scripted-client.ts';

/** Requests, answers and changes that cross on their way. */
describe.each(['sotw', 'delta'] as const)('what crosses on its way (%s)', (variant) => {
  const routes = (...all: readonly string[]) => ({ names: variant === 'sotw' ? all : all.slice(-1) });

  /** A client that holds cluster `a` and table `t`. */
  function started(variant: Variant) {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1'], route: ['t@1>a'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('route', routes('t')));
    return client;
  }

  it('keeps a route table that was asked for back until the cluster that it names can be sent', () => {
    const client = started(variant);
    expect(client.publish({ cluster: ['a@2'], route: ['t@1>a'] })).toEqual(['cluster: a@2']);
    client.publish({ cluster: ['a@2', 'b@1'], route: ['t@1>a', 'new@1>b', 'old@1>a'] });
    // The answer to the clusters is out: `b` cannot be sent, and a table that names it would mean 503.
    expect(client.ack('route', routes('t', 'new'))).toEqual([]);
    expect(client.ack('route', routes('t', 'new', 'old'))).toEqual(['route: old@1']);
    client.ack('route');
    expect(client.isSettled('route')).toBe(false);
    const [clusters, table] = client.ack('cluster');
    expect(clusters).toBe(variant === 'sotw' ? 'cluster: a@2 b@1' : 'cluster: b@1');
    expect(table).toBe('route: new@1');
  });

  it('keeps a changed route table back for as long as a cluster that it names cannot be sent', () => {
    const client = started(variant);
    client.publish({ cluster: ['a@2'], route: ['t@1>a'] });
    client.wait(2_500);
    // The stage of the clusters is over for lack of an answer, and their next response still waits for it.
    expect(client.publish({ cluster: ['a@2', 'b@1'], route: ['t@2>b'] })).toEqual([]);
    const all = variant === 'sotw' ? 'cluster: a@2 b@1' : 'cluster: b@1';
    expect(client.wait(7_499)).toEqual([]);
    expect(client.wait(1)).toEqual([all]);
    expect(client.wait(2_000)).toEqual(['route: t@2']);
  });

  it('sends a table to those who ask for clusters by name only then', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1'], route: ['t@1>a'] });
    expect(client.ask('route', { names: ['t'] })).toEqual(['route: t@1']);
    client.ack('route');
    expect(client.ask('cluster', { names: ['a'] })).toEqual(['cluster: a@1']);
  });

  it('sends those who ask for clusters by name a table that names another one, which they will ask for', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'b@1'], route: ['t@1>a'] });
    client.ackAll(client.ask('route', { names: ['t'] }));
    client.ackAll(client.ask('cluster', { names: ['a'] }));
    expect(client.publish({ cluster: ['a@1', 'b@1'], route: ['t@2>b'] })).toEqual(['route: t@2']);
  });

  it('keeps a cluster that a table names which the client was sent and did not answer', () => {
    const client = started(variant);
    client.publish({ cluster: ['a@1', 'b@1'], route: ['t@2>b'] });
    expect(client.ack('cluster')).toEqual(['route: t@2']);
    client.wait(2_500);
    const responses = client.publish({ cluster: ['a@1', 'c@1'], route: ['t@3>a'] });
    expect(responses).toEqual([variant === 'sotw' ? 'cluster: a@1 c@1 b@1' : 'cluster: c@1']);
    expect(client.ack('cluster')).toEqual([]);
    expect(client.ack('route')).toEqual(['route: t@3']);
    expect(client.ack('route')).toEqual([variant === 'sotw' ? 'cluster: a@1 c@1' : 'cluster: -b']);
  });

  it('takes the answer to a response that was given up, also when it comes late', () => {
    const client = started(variant);
    client.publish({ cluster: ['a@2'], route: ['t@1>a'] });
    const late = client.nonceOf('cluster');
    client.publish({ cluster: ['a@3'], route: ['t@1>a'] });
    expect(client.wait(10_000)).toEqual(['cluster: a@3']);
    client.ask('cluster', { nonce: late, error: 'a is bad' });
    expect(client.lastAnswer()).toMatchObject({ kind: 'nack', text: 'a is bad' });
    client.ack('cluster');
    expect(client.isSettled('cluster')).toBe(true);
  });
});

describe('a delta client that comes back from another server', () => {
  it('loses nothing that its unknown route table may name, until it has the newer one', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['b@1'], route: ['t@2>b'], secret: [] });
    expect(client.ask('cluster', { holds: { a: '1' } })).toEqual(['cluster: b@1']);
    expect(client.ask('route', { names: ['t'], holds: { t: '1' } })).toEqual([]);
    expect(client.ack('cluster')).toEqual(['route: t@2']);
    expect(client.nack('route')).toEqual([]);
    expect(client.wait(60_000)).toEqual([]);
    expect(client.publish({ cluster: ['b@1'], route: ['t@3>b'], secret: [] })).toEqual(['route: t@3']);
    expect(client.ack('route')).toEqual(['cluster: -a']);
  });
});
