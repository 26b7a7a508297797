import { describe, expect, it } from 'vitest';
import type { Variant } from './stream.ts';
import { type State, scriptedClient } from './testing/scripted-client.ts';

const variants: readonly Variant[] = ['sotw', 'delta'];

const before: State = {
  cluster: ['a@1>a'],
  endpoint: ['a@1'],
  secret: ['s@1'],
  listener: ['l@1>t'],
  route: ['t@1>a'],
};

/** An Envoy that has started with `before`. */
function started(variant: Variant, state: State = before) {
  const client = scriptedClient(variant);
  client.publish(state);
  client.ackAll(client.ask('cluster'));
  client.ackAll(client.ask('endpoint', { names: ['a'] }));
  client.ackAll(client.ask('secret', { names: ['s'] }));
  client.ackAll(client.ask('listener'));
  client.ackAll(client.ask('route', { names: ['t'] }));
  return client;
}

describe.each(variants)('the order of a change (%s)', (variant) => {
  it('is clusters, endpoints and secrets at once, then listeners, then routes', () => {
    const client = started(variant);
    const next: State = {
      cluster: ['a@2>a'],
      endpoint: ['a@2'],
      secret: ['s@2'],
      listener: ['l@2>t'],
      route: ['t@2>a'],
    };
    expect(client.publish(next)).toEqual(['cluster: a@2', 'endpoint: a@2', 'secret: s@2']);
    // Clusters are acknowledged last, when they are warm.
    expect(client.ack('endpoint')).toEqual([]);
    expect(client.ack('secret')).toEqual([]);
    expect(client.ack('cluster')).toEqual(['listener: l@2']);
    expect(client.ack('listener')).toEqual(['route: t@2']);
    expect(client.ack('route')).toEqual([]);
  });

  it('goes on after two seconds without an answer', () => {
    const client = started(variant);
    client.publish({ ...before, cluster: ['a@2>a'], route: ['t@2>a'] });
    client.ack('endpoint');
    expect(client.wait(1_999)).toEqual([]);
    expect(client.wait(1)).toEqual(['route: t@2']);
  });

  it('does not wait for the answer to what the client has let go of', () => {
    const client = started(variant);
    expect(client.publish({ ...before, secret: ['s@2'], route: ['t@2>a'] })).toEqual(['secret: s@2']);
    const nothing = variant === 'sotw' ? { names: [] } : { without: ['s'] };
    expect(client.ask('secret', { ...nothing, nonce: variant === 'sotw' ? client.nonceOf('secret') : '' })).toEqual([
      'route: t@2',
    ]);
  });

  it('brings the endpoints of a changed cluster again, although they have not changed', () => {
    const client = started(variant);
    expect(client.publish({ ...before, cluster: ['a@2>a'] })).toEqual(['cluster: a@2', 'endpoint: a@1']);
  });

  it('leaves the endpoints of a new cluster until the client asks for them', () => {
    const client = started(variant);
    const next = { ...before, cluster: ['a@1>a', 'b@1>b'], endpoint: ['a@1', 'b@1'] };
    expect(client.publish(next)).toEqual([variant === 'sotw' ? 'cluster: a@1 b@1' : 'cluster: b@1']);
    const names = variant === 'sotw' ? ['a', 'b'] : ['b'];
    const nonce = variant === 'sotw' ? client.nonceOf('endpoint') : '';
    expect(client.ask('endpoint', { names, nonce })).toEqual(['endpoint: b@1']);
  });

  it('takes away last what routes have let go of', () => {
    const client = started(variant);
    const next: State = { ...before, cluster: ['b@1'], endpoint: [], route: ['t@2>b'] };
    const all = client.ackAll(client.publish(next));
    expect(all).toEqual(
      variant === 'sotw'
        ? ['cluster: b@1 a@1', 'route: t@2', 'cluster: b@1']
        : ['cluster: b@1', 'route: t@2', 'cluster: -a', 'endpoint: -a'],
    );
  });

  it('takes nothing away while an answer to the change is out', () => {
    const client = started(variant);
    client.publish({ ...before, cluster: ['b@1'], route: ['t@2>b'] });
    expect(client.ack('cluster')).toEqual(['route: t@2']);
    // Late is not refused: but the table in force may still be the old one.
    expect(client.wait(5_000)).toEqual([]);
    expect(client.ack('route')).toEqual([variant === 'sotw' ? 'cluster: b@1' : 'cluster: -a']);
  });

  it('replaces a listener that is renamed in one response, so that its address is free', () => {
    const client = started(variant);
    const replaced = variant === 'sotw' ? 'listener: renamed@1' : 'listener: renamed@1 -l';
    expect(client.publish({ ...before, listener: ['renamed@1>t'] })).toEqual([replaced]);
  });

  it('answers what a client asks for and waits for at once', () => {
    const client = started(variant);
    client.publish({ ...before, cluster: ['a@2>a'], route: ['t@2>a', 'new@1'] });
    const names = variant === 'sotw' ? ['t', 'new'] : ['new'];
    expect(client.ack('route', { names })).toEqual(['route: new@1']);
  });
});

describe('the order of a program', () => {
  const types = ['programKey', 'programModel', 'programRoute', 'programProvider', 'programSettings'] as const;

  it('is what is named before what names it, and the other way round for removals', () => {
    const client = scriptedClient('delta');
    client.publish({});
    for (const type of types) client.ackAll(client.ask(type));
    const all = Object.fromEntries(types.map((type) => [type, ['x@1']]));
    expect(client.ackAll(client.publish(all))).toEqual(types.toReversed().map((type) => `${type}: x@1`));
    expect(client.ackAll(client.publish({}))).toEqual(types.map((type) => `${type}: -x`));
  });

  it('moves one changed key and nothing else', () => {
    const client = scriptedClient('delta');
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}@1`);
    client.publish({ programKey: keys, programModel: ['m@1'] });
    for (const type of types) client.ackAll(client.ask(type));
    expect(client.publish({ programKey: [...keys.slice(1), 'k0@2'], programModel: ['m@1'] })).toEqual([
      'programKey: k0@2',
    ]);
  });
});

describe('isSettled()', () => {
  it('is true only when everything was sent and answered, removals included', () => {
    const client = started('delta');
    expect(client.isSettled('cluster', 'route')).toBe(true);
    client.publish({ ...before, cluster: ['b@1'], endpoint: [], route: ['t@2>b'] });
    expect(client.isSettled('cluster')).toBe(false);
    client.ack('cluster');
    expect(client.isSettled('cluster')).toBe(false);
    client.ack('route');
    expect(client.isSettled('route')).toBe(true);
    client.ack('cluster');
    expect(client.isSettled('cluster')).toBe(true);
  });

  it('does not wait for types that the client does not subscribe to', () => {
    const client = started('delta');
    expect(client.isSettled('programKey')).toBe(true);
    client.publish({ ...before, secret: ['s@2'] });
    client.ask('secret', { without: ['s'] });
    expect(client.isSettled('secret')).toBe(true);
  });
});
