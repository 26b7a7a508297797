import { describe, expect, it } from 'vitest';
import type { Variant } from './stream.ts';
import { suspectsIn } from './suspects.ts';
import { scriptedClient } from './testing/scripted-client.ts';

const variants: readonly Variant[] = ['sotw', 'delta'];

describe.each(variants)('a refusal (%s)', (variant) => {
  it('is followed by silence until the content changes', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    expect(client.nack('cluster')).toEqual([]);
    expect(client.publish({ cluster: ['a@1'] })).toEqual([]);
    expect(client.wait(60_000)).toEqual([]);
    expect(client.publish({ cluster: ['a@2'] })).toEqual(['cluster: a@2']);
  });

  it('tells its text, and the names and versions of the refused batch', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.ask('cluster');
    client.nack('cluster', 'Error adding/updating cluster(s) b: no endpoints');
    expect(client.lastAnswer()).toEqual({
      kind: 'nack',
      names: ['a', 'b'],
      versions: new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
      text: 'Error adding/updating cluster(s) b: no endpoints',
    });
    expect(client.stateOf('cluster')?.lastNack?.suspects).toEqual(['b']);
  });

  it('counts as an answer', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    expect(client.isSettled('cluster')).toBe(false);
    client.nack('cluster');
    expect(client.isSettled('cluster')).toBe(true);
  });

  it('is forgotten when the mended content is accepted', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    client.nack('cluster');
    client.publish({ cluster: ['a@2'] });
    client.ack('cluster');
    expect(client.stateOf('cluster')?.refused.size).toBe(0);
  });

  it('carries the whole refused batch with the next change, since part of it may have been applied', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'bad@1'] });
    client.ask('cluster');
    client.nack('cluster');
    expect(client.publish({ cluster: ['a@1', 'bad@2'] })).toEqual(['cluster: a@1 bad@2']);
  });

  it('is mended by going back to the version accepted before, for all that the batch held', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.ackAll(client.ask('cluster'));
    client.publish({ cluster: ['a@2', 'b@2'] });
    client.nack('cluster', 'b is bad');
    // The client may have applied a@2: going back must reach it.
    expect(client.publish({ cluster: ['a@1', 'b@1'] })).toEqual(['cluster: a@1 b@1']);
  });

  it('of something that is then removed still ends in its removal', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'bad@1'] });
    client.ask('cluster');
    client.nack('cluster');
    const responses = client.ackAll(client.publish({ cluster: ['a@1'] }));
    expect(responses).toEqual([variant === 'sotw' ? 'cluster: a@1' : 'cluster: a@1 -bad']);
    expect(client.isSettled('cluster')).toBe(true);
  });

  it('of a removal tells the name, and the removal is tried again once something else was accepted', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.ackAll(client.ask('cluster'));
    const removed = variant === 'sotw' ? 'cluster: a@1' : 'cluster: -b';
    expect(client.publish({ cluster: ['a@1'] })).toEqual([removed]);
    expect(client.nack('cluster', 'b cannot go')).toEqual([]);
    const removal: readonly [string, undefined] = ['b', undefined];
    const versions = variant === 'sotw' ? new Map([['a', '1'], removal]) : new Map([removal]);
    expect(client.lastAnswer()).toEqual({ kind: 'nack', names: [...versions.keys()], versions, text: 'b cannot go' });
    expect(client.wait(60_000)).toEqual([]);
    expect(client.publish({ cluster: ['a@2'] })).toEqual([variant === 'sotw' ? 'cluster: a@2 b@1' : 'cluster: a@2']);
    expect(client.ack('cluster')).toEqual([variant === 'sotw' ? 'cluster: a@2' : 'cluster: -b']);
    expect(client.ack('cluster')).toEqual([]);
    expect(client.stateOf('cluster')?.refused.size).toBe(0);
    expect(client.isSettled('cluster')).toBe(true);
  });

  it('of a cluster leaves a listener that names it as it is, in every answer', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['old@1'], listener: ['l@1>=old'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('listener'));
    client.publish({ cluster: ['old@1', 'new@1'], listener: ['l@2>=new', 'm@1>=old'] });
    // What an answer of the state of the world leaves out would be gone.
    expect(client.nack('cluster', 'new is bad')).toEqual([variant === 'sotw' ? 'listener: l@1 m@1' : 'listener: m@1']);
    expect(client.ack('listener')).toEqual([]);
    expect(client.isSettled('listener')).toBe(false);
    client.publish({ cluster: ['old@1', 'new@2'], listener: ['l@2>=new', 'm@1>=old'] });
    expect(client.ack('cluster')).toEqual([variant === 'sotw' ? 'listener: l@2 m@1' : 'listener: l@2']);
    client.ack('listener');
    expect(client.isSettled('cluster', 'listener')).toBe(true);
  });

  it('of a newer version of a cluster holds back nothing: the one before serves', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1'], route: ['t@1>a'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('route', { names: ['t'] }));
    client.publish({ cluster: ['a@2'], route: ['t@2>a'] });
    expect(client.nack('cluster', 'a is bad')).toEqual(['route: t@2']);
  });

  it('of a listener keeps the clusters that it names, and no others', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'b@1', 'x@1'], listener: ['l@1>=a'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('listener'));
    client.publish({ cluster: ['b@1'], listener: ['l@2>=b'] });
    const gone = client.nack('listener');
    expect(gone).toEqual([variant === 'sotw' ? 'cluster: b@1 a@1' : 'cluster: -x']);
  });

  it('of a cluster keeps back a listener that the client has never had', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['new@1'], listener: ['l@1>=new', 'm@1'] });
    client.ask('cluster');
    client.nack('cluster', 'new is bad');
    expect(client.ask('listener')).toEqual(['listener: m@1']);
  });

  it('does not come back with a name that was given up and asked for again', () => {
    const client = scriptedClient(variant);
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ask('endpoint', { names: ['a', 'b'] });
    const without = variant === 'sotw' ? { names: ['b'] } : { without: ['a'] };
    expect(client.nack('endpoint', 'a is bad', without)).toEqual([]);
    expect(client.stateOf('endpoint')?.refused.has('a')).toBe(false);
    const again = {
      nonce: variant === 'sotw' ? client.nonceOf('endpoint') : '',
      names: variant === 'sotw' ? ['a', 'b'] : ['a'],
    };
    expect(client.ask('endpoint', again)).toEqual(['endpoint: a@1']);
  });

  it('with new names is an ordinary change of the subscription', () => {
    const client = scriptedClient(variant);
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ask('endpoint', { names: ['a'] });
    const names = variant === 'sotw' ? ['a', 'b'] : ['b'];
    expect(client.nack('endpoint', 'no', { names })).toEqual(['endpoint: b@1']);
  });

  it('of a cluster holds back what names it, and nothing else', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['old@1'], route: ['table@1>old', 'other@1>old'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('route', { names: ['table', 'other'] }));

    const next = { cluster: ['new@1'], route: ['table@2>new', 'other@2>old'] };
    client.publish({ ...next, cluster: ['old@1', 'new@1'] });
    expect(client.nack('cluster', 'new is bad')).toEqual(['route: other@2']);
    client.ack('route');
    // The table in force still needs the old cluster.
    expect(client.publish({ ...next, route: ['table@2>new', 'other@3'] })).toEqual(['route: other@3']);
    expect(client.ack('route')).toEqual([]);
    expect(client.isSettled('route')).toBe(false);

    const mended = { cluster: ['new@2'], route: ['table@2>new', 'other@3'] };
    const kept = variant === 'sotw' ? ' old@1' : '';
    expect(client.publish(mended)).toEqual([`cluster: new@2${kept}`]);
    expect(client.ack('cluster')).toEqual(['route: table@2']);
    expect(client.ack('route')).toEqual([variant === 'sotw' ? 'cluster: new@2' : 'cluster: -old']);
  });

  it('leaves in force what its text does not name, and that is not lost before its routes', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['a@1', 'bad@1'], route: ['t@1>a'] });
    client.ask('cluster');
    client.nack('cluster', 'Error adding bad: no');
    client.ackAll(client.ask('route', { names: ['t'] }));
    client.publish({ cluster: ['a@2', 'bad@1'], route: ['t@1>a'] });
    client.nack('cluster', 'Error adding a, bad: no');
    // The first version of `a` was applied, although every batch that held it was refused.
    const first = client.publish({ cluster: ['c@1'], route: ['t@2>c'] });
    expect(first).toEqual([variant === 'sotw' ? 'cluster: c@1 a@1' : 'cluster: c@1']);
    expect(client.ack('cluster')).toEqual(['route: t@2']);
    expect(client.ack('route')).toEqual([variant === 'sotw' ? 'cluster: c@1' : 'cluster: -a -bad']);
  });

  it('of a route table keeps the clusters that the table in force names', () => {
    const client = scriptedClient(variant);
    client.publish({ cluster: ['old@1'], route: ['table@1>old'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('route', { names: ['table'] }));
    client.publish({ cluster: ['new@1'], route: ['table@2>new'] });
    expect(client.ack('cluster')).toEqual(['route: table@2']);
    expect(client.nack('route')).toEqual([]);
    expect(client.wait(60_000)).toEqual([]);
    expect(client.stateOf('cluster')?.holdings.has('old')).toBe(true);
  });
});

describe('suspectsIn()', () => {
  it.each([
    ['Error adding/updating cluster(s) bad: cannot create', ['bad']],
    ['Error adding/updating cluster(s) bad, worse: cannot create', ['bad', 'worse']],
    ["listener 'bad' failed.", ['bad']],
    ['it is worse.', ['worse']],
    ['badly', ['good', 'bad', 'worse']],
    ['malformed', ['good', 'bad', 'worse']],
  ])('reads %j as %j', (text, suspects) => {
    expect(suspectsIn(text, ['good', 'bad', 'worse'])).toEqual(suspects);
  });

  it('knows names with characters that are no part of words', () => {
    expect(suspectsIn('Error for a:b now', ['a:b', 'c'])).toEqual(['a:b']);
  });
});
