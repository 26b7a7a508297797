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
