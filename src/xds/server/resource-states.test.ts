import { describe, expect, it } from 'vitest';
import { resourceStates, typeSummary } from './resource-states.ts';
import { scriptedClient } from './testing/scripted-client.ts';
import { createTypeState } from './type-state.ts';

/** A client that has `a` and `b`, was sent a newer `b` and `c`, and waits for `late`. */
function started() {
  const client = scriptedClient('delta');
  client.publish({ endpoint: ['a@1', 'b@1'] });
  client.ask('endpoint', { names: ['late', 'b', 'a', 'c'] });
  client.ack('endpoint');
  client.publish({ endpoint: ['a@1', 'b@2', 'c@1'] });
  const type = () => client.stateOf('endpoint') ?? createTypeState('none');
  const states = () => resourceStates(type()).map(({ name, state, version }) => `${name}@${version} ${state}`);
  const summary = () => typeSummary(type(), client.isSettled('endpoint'));
  return { client, type, states, summary };
}

describe('resourceStates()', () => {
  it('tells what was accepted, what was sent and what is missing, by name', () => {
    const { client, states } = started();
    expect(states()).toEqual(['a@1 accepted', 'b@2 sent', 'c@1 sent', 'late@undefined missing']);
    client.ack('endpoint');
    expect(states()).toEqual(['a@1 accepted', 'b@2 accepted', 'c@1 accepted', 'late@undefined missing']);
  });

  it('tells of what was refused the version before, and the text', () => {
    const { client, states, type } = started();
    client.nack('endpoint', 'c is bad');
    expect(states()).toEqual(['a@1 accepted', 'b@1 refused', 'c@undefined refused', 'late@undefined missing']);
    expect(resourceStates(type()).map(({ error }) => error)).toEqual([undefined, 'c is bad', 'c is bad', undefined]);
  });

  it('tells of what came by a wildcard, and of what the client brought along', () => {
    const client = scriptedClient('delta');
    client.publish({ cluster: ['a@1', 'b@1'] });
    client.ask('cluster', { holds: { b: '1' } });
    const type = client.stateOf('cluster') ?? createTypeState('none');
    expect(resourceStates(type).map(({ name, state }) => `${name} ${state}`)).toEqual(['a sent', 'b accepted']);
  });
});

describe('typeSummary()', () => {
  it('counts what was accepted, and says whether anything is on its way', () => {
    const { client, summary } = started();
    expect(summary()).toMatchObject({ accepted: 2, state: 'pending' });
    client.ack('endpoint');
    expect(summary()).toMatchObject({ accepted: 3, state: 'synced' });
  });

  it('says what stands refused, until it is replaced', () => {
    const { client, summary } = started();
    client.nack('endpoint', 'c is bad');
    expect(summary()).toMatchObject({
      accepted: 2,
      state: 'nacked',
      nack: { text: 'c is bad', names: ['b', 'c'], suspects: ['c'] },
    });
    client.publish({ endpoint: ['a@1', 'b@2', 'c@2'] });
    expect(summary().state).toBe('nacked');
    client.ack('endpoint');
    expect(summary()).toMatchObject({ accepted: 3, state: 'synced' });
  });
});
