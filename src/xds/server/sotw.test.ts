import { describe, expect, it } from 'vitest';
import { scriptedClient } from './testing/scripted-client.ts';

const ab = { cluster: ['a@1', 'b@1'] };

describe('state-of-the-world subscriptions', () => {
  it('follow the documented sequence of wildcards', () => {
    const client = scriptedClient('sotw');
    client.publish(ab);
    expect(client.ask('cluster', { names: [] })).toEqual(['cluster: a@1 b@1']);
    // Only a: the client drops b by itself. A name that is new gets an answer, whatever came by the wildcard.
    expect(client.ack('cluster', { names: ['a'] })).toEqual(['cluster: a@1']);
    client.ack('cluster');
    expect(client.publish({ cluster: ['a@2', 'b@2'] })).toEqual(['cluster: a@2']);
    // Once a name was given, nothing means nothing.
    expect(client.ack('cluster', { names: [] })).toEqual([]);
    expect(client.publish({ cluster: ['a@3', 'b@3'] })).toEqual([]);
    expect(client.ack('cluster', { names: ['*'] })).toEqual(['cluster: a@3 b@3']);
    expect(client.ack('cluster', { names: ['*', 'a'] })).toEqual(['cluster: a@3 b@3']);
  });

  it('answer the first request of a wildcard even if nothing exists', () => {
    const client = scriptedClient('sotw');
    client.publish({});
    expect(client.ask('listener')).toEqual(['listener:']);
  });

  it('take neither an empty list nor `*` for everything where a type is asked for by name', () => {
    const client = scriptedClient('sotw');
    client.publish({ route: ['a@1', '*@1'] });
    expect(client.ask('route', { names: [] })).toEqual([]);
    expect(client.isSettled('route')).toBe(true);
    expect(client.stateOf('route')).toMatchObject({ wildcard: 'none', mustAnswer: false });
    expect(client.ask('route', { names: ['*'] })).toEqual(['route: *@1']);
    expect(client.stateOf('route')).toMatchObject({ wildcard: 'none', names: new Set(['*']) });
  });

  it('answer a listener that does not exist by its absence', () => {
    const client = scriptedClient('sotw');
    client.publish({ listener: ['other@1'] });
    expect(client.ask('listener', { names: ['nowhere'] })).toEqual(['listener:']);
    expect(client.ack('listener')).toEqual([]);
    expect(client.publish({ listener: ['other@1', 'nowhere@1'] })).toEqual(['listener: nowhere@1']);
  });

  it('are not sent what was given up before there was anything to send', () => {
    const client = scriptedClient('sotw');
    client.ask('endpoint', { names: ['a'] });
    client.ask('endpoint', { names: ['b'] });
    expect(client.stateOf('endpoint')?.forced).toEqual(new Set(['b']));
    expect(client.publish({ endpoint: ['a@1', 'b@1'] })).toEqual(['endpoint: b@1']);
  });

  it('answer names that do not exist with those that do', () => {
    const client = scriptedClient('sotw');
    client.publish({ route: ['here@1'] });
    expect(client.ask('route', { names: ['here', 'nowhere'] })).toEqual(['route: here@1']);
    client.ack('route');
    expect(client.publish({ route: ['here@1', 'nowhere@1'] })).toEqual(['route: nowhere@1']);
  });

  it('answer endpoints that do not exist with empty ones, once', () => {
    const client = scriptedClient('sotw');
    client.publish({});
    expect(client.ask('endpoint', { names: ['a'] })).toEqual(['endpoint: a@empty']);
    expect(client.ack('endpoint')).toEqual([]);
    expect(client.publish({ cluster: ['x@1'] })).toEqual([]);
    expect(client.publish({ endpoint: ['a@1'] })).toEqual(['endpoint: a@1']);
    // Its cluster is about to go: emptying it now would break requests.
    client.ack('endpoint');
    expect(client.publish({})).toEqual([]);
  });

  it('bring empty endpoints again when their cluster has changed, since it warms on them', () => {
    const client = scriptedClient('sotw');
    client.publish({ cluster: ['a@1>a'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('endpoint', { names: ['a'] }));
    expect(client.publish({ cluster: ['a@2>a'] })).toEqual(['cluster: a@2', 'endpoint: a@empty']);
  });

  it('ignore all of a stale request, a change of the subscription included', () => {
    const client = scriptedClient('sotw');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ask('endpoint', { names: ['a'] });
    expect(client.ask('endpoint', { names: ['a', 'b'], nonce: 'stale' })).toEqual([]);
    expect(client.stateOf('endpoint')?.names).toEqual(new Set(['a']));
    expect(client.ack('endpoint', { names: ['a', 'b'] })).toEqual(['endpoint: b@1']);
  });

  it('send only new names under an unchanged version', () => {
    const client = scriptedClient('sotw');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ask('endpoint', { names: ['a', 'a'] });
    expect(client.ack('endpoint', { names: ['a', 'b', 'b'] })).toEqual(['endpoint: b@1']);
    expect(new Set(client.versions).size).toBe(1);
  });

  it('resend what was dropped and asked for again', () => {
    const client = scriptedClient('sotw');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ask('endpoint', { names: ['a', 'b'] });
    client.ack('endpoint', { names: ['a'] });
    expect(client.ack('endpoint', { names: ['a', 'b'] })).toEqual(['endpoint: b@1']);
  });

  it('serve names of listeners and clusters as gRPC clients ask for them', () => {
    const client = scriptedClient('sotw');
    client.publish({ listener: ['svc@1', 'other@1'] });
    expect(client.ask('listener', { names: ['svc'] })).toEqual(['listener: svc@1']);
    client.ack('listener');
    expect(client.publish({ listener: ['svc@1', 'other@2'] })).toEqual([]);
    expect(client.publish({ listener: ['svc@2', 'other@2'] })).toEqual(['listener: svc@2']);
  });
});

describe('state-of-the-world changes', () => {
  it('send all clusters again, and first without taking any away', () => {
    const client = scriptedClient('sotw');
    client.publish(ab);
    client.ackAll(client.ask('cluster'));
    expect(client.publish({ cluster: ['a@2', 'c@1'] })).toEqual(['cluster: a@2 c@1 b@1']);
    expect(client.ack('cluster')).toEqual(['cluster: a@2 c@1']);
    expect(client.ack('cluster')).toEqual([]);
  });

  it('send only changed resources of types in which absence means nothing', () => {
    const client = scriptedClient('sotw');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ackAll(client.ask('endpoint', { names: ['a', 'b'] }));
    expect(client.publish({ endpoint: ['a@1', 'b@2'] })).toEqual(['endpoint: b@2']);
  });

  it('bear the same version on every server and after every restart', () => {
    const versions = [{ cluster: ['a@1', 'b@1'] }, { cluster: ['b@1', 'a@1'] }].map((state) => {
      const client = scriptedClient('sotw');
      client.publish(state);
      client.ask('cluster');
      return client.versions[0];
    });
    expect(versions[0]).toBe(versions[1]);
    expect(versions[0]).toMatch(/^[0-9a-f]{24}$/);
  });

  it('bear a version of their own while they hold what has yet to go', () => {
    const client = scriptedClient('sotw');
    client.publish(ab);
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.publish({ cluster: ['a@1', 'c@1'] }));
    const other = scriptedClient('sotw');
    other.publish({ cluster: ['a@1', 'c@1'] });
    other.ask('cluster');
    const [before, union, after] = client.versions;
    expect(new Set([before, union, after]).size).toBe(3);
    expect(after).toBe(other.versions[0]);
  });

  it('always resend to a new stream, whatever version it claims', () => {
    for (let stream = 0; stream < 2; stream++) {
      const client = scriptedClient('sotw');
      client.publish(ab);
      expect(client.ask('cluster')).toEqual(['cluster: a@1 b@1']);
    }
  });

  it('take the first request of a stream for what it asks, also with a nonce of the stream before', () => {
    const client = scriptedClient('sotw');
    client.publish({ ...ab, endpoint: ['a@1'] });
    expect(client.ask('cluster', { nonce: 'of a former stream' })).toEqual(['cluster: a@1 b@1']);
    expect(client.ask('endpoint', { names: ['a'], nonce: 'of a former stream' })).toEqual(['endpoint: a@1']);
  });

  it('wait for the first complete state', () => {
    const client = scriptedClient('sotw');
    expect(client.ask('cluster')).toEqual([]);
    expect(client.publish({ cluster: ['a@1'] })).toEqual(['cluster: a@1']);
  });

  it('wait for the answer to the response before, but not for ever', () => {
    const client = scriptedClient('sotw');
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    expect(client.publish({ cluster: ['a@2'] })).toEqual([]);
    expect(client.wait(10_000)).toEqual(['cluster: a@2']);
  });
});
