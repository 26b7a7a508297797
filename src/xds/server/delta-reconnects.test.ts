import { describe, expect, it } from 'vitest';
import { scriptedClient } from './testing/scripted-client.ts';

describe('delta reconnects', () => {
  it('with equal versions bring nothing but the answer that a wildcard waits for', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1'], endpoint: ['a@1'] });
    expect(client.ask('cluster', { holds: { a: '1' } })).toEqual(['cluster:']);
    expect(client.ask('endpoint', { names: ['a'], holds: { a: '1' } })).toEqual([]);
  });

  it('bring what differs, what is unknown and what vanished meanwhile', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@2', 'b@1', 'c@1'] });
    const responses = client.ackAll(client.ask('cluster', { names: ['*'], holds: { a: '1', b: '1', gone: '1' } }));
    expect(responses).toEqual(['cluster: a@2 c@1', 'cluster: -gone']);
  });

  it('wait for the first complete state', () => {
    const client = scriptedClient('delta');
    expect(client.ask('cluster', { holds: { a: '1' } })).toEqual([]);
    expect(client.publish({ cluster: ['a@1', 'b@1'] })).toEqual(['cluster: b@1']);
  });

  it('read the initial versions of the first request only', () => {
    const client = scriptedClient('delta');
    client.publish({ endpoint: ['a@1', 'b@1'] });
    client.ackAll(client.ask('endpoint', { names: ['a'] }));
    expect(client.ask('endpoint', { names: ['b'], holds: { b: '1' } })).toEqual(['endpoint: b@1']);
  });

  it('answer one filter at a time, so that a refusal is about that one', () => {
    const client = scriptedClient('delta');
    client.publish({ extensionConfig: ['a@1', 'b@1', 'c@1'] });
    expect(client.ask('extensionConfig', { names: ['a', 'b', 'c', 'gone'] })).toEqual(['extensionConfig: -gone']);
    expect(client.ack('extensionConfig')).toEqual(['extensionConfig: a@1']);
    expect(client.nack('extensionConfig', 'script load error')).toEqual(['extensionConfig: b@1']);
    expect(client.lastAnswer()).toMatchObject({ kind: 'nack', names: ['a'] });
    expect(client.ack('extensionConfig')).toEqual(['extensionConfig: c@1']);
    expect(client.isSettled('extensionConfig')).toBe(false);
    expect(client.ack('extensionConfig')).toEqual([]);
    expect(client.isSettled('extensionConfig')).toBe(true);
    expect(client.publish({ extensionConfig: ['b@1', 'c@2'] })).toEqual(['extensionConfig: c@2']);
    expect(client.ack('extensionConfig')).toEqual(['extensionConfig: -a']);
    client.ack('extensionConfig');
    expect(client.publish({ extensionConfig: ['a@2', 'b@2', 'c@2'] })).toEqual(['extensionConfig: a@2']);
    expect(client.ack('extensionConfig')).toEqual(['extensionConfig: b@2']);
    expect(client.ack('extensionConfig')).toEqual([]);
  });

  it('repeat a refused filter to nobody but who asks for it again', () => {
    const client = scriptedClient('delta');
    client.publish({ extensionConfig: ['a@1', 'b@1'] });
    client.ask('extensionConfig', { names: ['a', 'b'] });
    client.nack('extensionConfig', 'script load error');
    client.ack('extensionConfig');
    expect(client.publish({ extensionConfig: ['a@1', 'b@2'] })).toEqual(['extensionConfig: b@2']);
    client.ack('extensionConfig');
    expect(client.ask('extensionConfig', { names: ['a'] })).toEqual(['extensionConfig: a@1']);
  });
});
