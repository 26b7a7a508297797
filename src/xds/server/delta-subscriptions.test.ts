import { describe, expect, it } from 'vitest';
import { scriptedClient } from './testing/scripted-client.ts';

const ab = { cluster: ['a@1', 'b@1'] };

describe('delta subscriptions', () => {
  it('answer a first request that names nothing with everything', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    expect(client.ask('cluster')).toEqual(['cluster: a@1 b@1']);
  });

  it('answer `*` with everything, even if that is nothing', () => {
    const client = scriptedClient('delta');
    client.publish({});
    expect(client.ask('cluster', { names: ['*'] })).toEqual(['cluster:']);
  });

  it('follow the documented sequence of a legacy wildcard', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    expect(client.ask('cluster')).toEqual(['cluster: a@1 b@1']);
    expect(client.ack('cluster', { names: ['a'] })).toEqual(['cluster: a@1']);
    expect(client.ack('cluster')).toEqual([]);
    // Everything goes, what is named stays.
    client.ask('cluster', { without: ['*'] });
    expect(client.publish({ cluster: ['a@2', 'b@2'] })).toEqual(['cluster: a@2']);
    client.ack('cluster', { without: ['a'] });
    expect(client.publish({ cluster: ['a@3', 'b@3'] })).toEqual([]);
  });

  it('that begin with a name are never a wildcard', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    expect(client.ask('cluster', { names: ['a'] })).toEqual(['cluster: a@1']);
    expect(client.ack('cluster', { without: ['a'] })).toEqual([]);
    expect(client.publish({ cluster: ['a@2', 'b@2'] })).toEqual([]);
  });

  it('do not take an empty request of a by-name type for a wildcard', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1'] });
    expect(client.ask('endpoint')).toEqual([]);
  });

  it('take `*` for a name like any other where a type is asked for by name', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1'] });
    expect(client.ask('endpoint', { names: ['*'] })).toEqual(['endpoint: -*']);
    expect(client.ack('endpoint', { without: ['*'] })).toEqual([]);
    expect(client.stateOf('endpoint')).toMatchObject({ wildcard: 'none', names: new Set() });
  });

  it('say nothing more of what went with `*`, and send all of it when `*` is back', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    client.ackAll(client.ask('cluster', { names: ['*'] }));
    expect(client.ask('cluster', { without: ['*'] })).toEqual([]);
    expect(client.publish({ cluster: ['a@1', 'c@1'] })).toEqual([]);
    expect(client.isSettled('cluster')).toBe(true);
    expect(client.ask('cluster', { names: ['*'] })).toEqual(['cluster: a@1 c@1']);
  });

  it('owe nothing any more to who has given up `*` before the answer', () => {
    const client = scriptedClient('delta');
    client.ask('cluster', { names: ['*'] });
    client.ask('cluster', { without: ['*'] });
    expect(client.publish(ab)).toEqual([]);
    const named = scriptedClient('delta');
    named.publish(ab);
    named.ask('cluster', { names: ['*', 'nowhere'] });
    named.ask('cluster', { without: ['nowhere'] });
    named.ask('cluster', { without: ['*'] });
    expect(named.ack('cluster')).toEqual([]);
  });

  it('say nothing of a missing name that was given up', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1'] });
    client.ask('endpoint', { names: ['a'] });
    client.ask('endpoint', { names: ['nowhere'] });
    client.ask('endpoint', { without: ['nowhere'] });
    expect(client.ack('endpoint')).toEqual([]);
    expect(client.ask('endpoint', { without: ['nowhere'] })).toEqual([]);
  });

  it('take an answer to what was given up meanwhile for what it is', () => {
    for (const error of [undefined, 'a is bad']) {
      const client = scriptedClient('delta');
      client.publish({ endpoint: ['a@1'] });
      client.ask('endpoint', { names: ['a'] });
      client.ask('endpoint', { without: ['a'] });
      expect(client.ask('endpoint', { nonce: client.nonceOf('endpoint'), ...(error && { error }) })).toEqual([]);
      expect(client.stateOf('endpoint')?.holdings.size).toBe(0);
      expect(client.isSettled('endpoint')).toBe(true);
      expect(client.ask('endpoint', { names: ['a'] })).toEqual(['endpoint: a@1']);
    }
  });

  it('answer at once what was asked for, and leave what changed for its turn', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1'], listener: ['l@1'], route: ['t@1'] });
    client.ackAll(client.ask('cluster'));
    client.ackAll(client.ask('listener'));
    client.ackAll(client.ask('route', { names: ['t'] }));
    const next = { cluster: ['a@2'], listener: ['new@1'], route: ['t@2', 'u@1'] };
    expect(client.publish(next)).toEqual(['cluster: a@2']);
    expect(client.ask('route', { names: ['u'] })).toEqual(['route: u@1']);
    expect(client.ask('listener', { names: ['new'] })).toEqual(['listener: new@1']);
    client.ack('route');
    expect(client.ack('listener')).toEqual([]);
    expect(client.ack('cluster')).toEqual(['listener: -l']);
    expect(client.ack('listener')).toEqual(['route: t@2']);
  });

  it('answer with everything who asks for a type for the first time, whatever else waits', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1'], listener: ['l@1'] });
    expect(client.ask('cluster')).toEqual(['cluster: a@1']);
    expect(client.ask('listener')).toEqual(['listener: l@1']);
  });

  it('put into one response what was asked for, what changed and what is gone, each once', () => {
    const client = scriptedClient('delta');
    client.publish({ listener: ['a@1', 'b@1', 'old@1'] });
    client.ask('listener');
    client.publish({ listener: ['a@1', 'b@2'] });
    client.ask('listener', { names: ['a', 'old', 'nowhere'] });
    expect(client.ack('listener')).toEqual(['listener: a@1 b@2 -old -nowhere']);
    expect(client.ack('listener')).toEqual([]);
    client.publish({ listener: ['a@1'] });
    client.ask('listener', { names: ['elsewhere'] });
    expect(client.ack('listener')).toEqual(['listener: -elsewhere']);
  });

  it('serve our own types by wildcard', () => {
    const client = scriptedClient('delta');
    client.publish({ programKey: ['k@1'] });
    expect(client.ask('programKey')).toEqual(['programKey: k@1']);
  });

  it('answer a repeated subscription although the client seems to hold that version', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1'] });
    client.ask('endpoint', { names: ['a'] });
    client.ack('endpoint');
    expect(client.ask('endpoint', { names: ['a'] })).toEqual(['endpoint: a@1']);
  });

  it('answer each request once', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    expect(client.ask('cluster', { names: ['*'] })).toHaveLength(1);
    expect(client.ack('cluster')).toEqual([]);
    expect(client.wait(60_000)).toEqual([]);
  });

  it('say of a missing name that it does not exist, and send it when it does', () => {
    const client = scriptedClient('delta');
    client.publish({});
    expect(client.ask('route', { names: ['late'] })).toEqual(['route: -late']);
    client.ack('route');
    expect(client.publish({ route: ['late@1'] })).toEqual(['route: late@1']);
  });

  it('tell of a name given up while everything is subscribed to whether it stays', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    client.ask('cluster', { names: ['*', 'a', 'nowhere'] });
    client.ack('cluster');
    expect(client.ask('cluster', { without: ['a', 'nowhere'] })).toEqual(['cluster: a@1 -nowhere']);
  });

  it('take a name that is subscribed and unsubscribed in one message as unsubscribed', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1'] });
    expect(client.ask('endpoint', { names: ['a'], without: ['a'] })).toEqual([]);
    expect(client.publish({ endpoint: ['a@2'] })).toEqual([]);
  });

  it('apply the lists of a request whose nonce is stale or unknown', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    expect(client.ask('endpoint', { names: ['a'], nonce: 'of a former stream' })).toEqual(['endpoint: a@1']);
    client.ack('endpoint');
    expect(client.ask('endpoint', { names: ['b'], nonce: 'stale' })).toEqual(['endpoint: b@1']);
  });

  it('are not sent what was given up while it waited for an answer', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ask('endpoint', { names: ['a', 'b'] });
    expect(client.publish({ endpoint: ['a@2', 'b@2'] })).toEqual([]);
    client.ask('endpoint', { without: ['b'] });
    expect(client.ack('endpoint')).toEqual(['endpoint: a@2']);
  });

  it('send again what was given up and asked for anew', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1'] });
    client.ask('endpoint', { names: ['a'] });
    client.ack('endpoint', { without: ['a'] });
    expect(client.ask('endpoint', { names: ['a'] })).toEqual(['endpoint: a@1']);
  });
});
