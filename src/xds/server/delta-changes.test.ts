import { describe, expect, it } from 'vitest';
import { scriptedClient } from './testing/scripted-client.ts';

const ab = { cluster: ['a@1', 'b@1'] };

describe('delta changes', () => {
  it('move only what changed, and the names of what is gone', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    client.ackAll(client.ask('cluster'));
    expect(client.ackAll(client.publish({ cluster: ['a@2', 'c@1'] }))).toEqual(['cluster: a@2 c@1', 'cluster: -b']);
  });

  it('send nothing for an equal state', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    client.ackAll(client.ask('cluster'));
    expect(client.publish({ cluster: ['b@1', 'a@1'] })).toEqual([]);
  });

  it('send nothing for what came back between two answers', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    client.ask('cluster');
    client.publish({ cluster: ['a@1'] });
    client.publish(ab);
    expect(client.ack('cluster')).toEqual([]);
  });

  it('send again what came back after its removal', () => {
    const client = scriptedClient('delta');
    client.publish(ab);
    client.ackAll(client.ask('cluster'));
    expect(client.publish({ cluster: ['a@1'] })).toEqual(['cluster: -b']);
    expect(client.publish(ab)).toEqual([]);
    expect(client.ack('cluster')).toEqual(['cluster: b@1']);
  });

  it('wait for the answer to the response before, and then tell the newest state', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    expect(client.publish({ cluster: ['a@2'] })).toEqual([]);
    expect(client.publish({ cluster: ['a@3'] })).toEqual([]);
    expect(client.ack('cluster')).toEqual(['cluster: a@3']);
  });

  it('go on after ten seconds with a client that never answers', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    client.publish({ cluster: ['a@2'] });
    expect(client.wait(9_999)).toEqual([]);
    expect(client.wait(1)).toEqual(['cluster: a@2']);
  });

  it('are not repeated to a client that never answers, nor kept for ever', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.ackAll(client.ask('cluster'));
    expect(client.publish({ cluster: ['a@1'] })).toEqual(['cluster: -b']);
    expect(client.wait(60_000)).toEqual([]);
    for (let version = 2; version < 20; version++) {
      const sent = client.publish({ cluster: [`a@${version}`] });
      expect([...sent, ...client.wait(10_000)]).toEqual([`cluster: a@${version}`]);
    }
    expect(client.stateOf('cluster')?.unanswered).toHaveLength(8);
  });

  it('take the answer to a removal for one that is too late when the name is back', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.ackAll(client.ask('cluster'));
    client.publish({ cluster: ['a@1'] });
    const ofRemoval = client.nonceOf('cluster');
    client.publish({ cluster: ['a@1', 'b@1'] });
    expect(client.wait(10_000)).toEqual(['cluster: b@1']);
    client.ask('cluster', { nonce: ofRemoval });
    expect(client.lastAnswer()).toEqual({ kind: 'ack', names: ['b'] });
    client.ack('cluster');
    expect(client.publish({ cluster: ['a@1'] })).toEqual(['cluster: -b']);
  });

  it('take a late answer to a response that was given up for what it is', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1'] });
    client.ask('cluster');
    const first = client.nonceOf('cluster');
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.wait(10_000);
    client.ask('cluster', { nonce: first, error: 'a is bad' });
    expect(client.lastAnswer()).toMatchObject({ kind: 'nack', names: ['a'], text: 'a is bad' });
    expect(client.isSettled('cluster')).toBe(false);
    client.ack('cluster');
    expect(client.stateOf('cluster')?.refused).toEqual(new Map([['a', '1']]));
  });
});
