import { describe, expect, it } from 'vitest';
import type { ClientState, TypeSummary } from '../../xds/server/client.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import { connectedOf, noReach, reachOf } from './reach.ts';

type State = TypeSummary['state'];

function client(id: string, userAgent: string, types: Partial<Record<keyof typeof typeUrls, State>>): ClientState {
  const summaries = Object.entries(types).map(([type, state]) => {
    return { typeUrl: typeUrls[type as keyof typeof typeUrls], accepted: 1, state };
  });
  const node = { id, cluster: 'sluice', userAgent, version: '1.40.0', metadata: {} };
  return { node, group: 'egress', connectedAt: 0, types: summaries, resources: () => [] };
}

const envoy = (id: string, types: Partial<Record<keyof typeof typeUrls, State>>) => client(id, 'envoy', types);
const processor = client('p', 'sluice-processor', { programKey: 'synced' });

function reach(...clients: ClientState[]) {
  return reachOf(clients.map(connectedOf)).get('egress') ?? noReach;
}

describe('reachOf()', () => {
  it('counts both halves of a pod, and misses nobody who has accepted everything', () => {
    const accepted = envoy('e', { cluster: 'synced', listener: 'synced', route: 'synced' });
    expect(reach(accepted, processor)).toEqual({ envoys: 1, processors: 1, missing: [] });
    expect(reach(processor)).toEqual({ envoys: 0, processors: 1, missing: [] });
    expect(reach(accepted)).toEqual({ envoys: 1, processors: 0, missing: [] });
  });

  it('waits for an Envoy that is starting: without listeners no port is open', () => {
    expect(reach(envoy('e', { cluster: 'synced' }), processor).missing).toEqual(['e']);
  });

  it('names who has not answered, and who has refused', () => {
    const clients = [
      envoy('late', { cluster: 'pending', listener: 'synced' }),
      envoy('bad', { cluster: 'nacked', listener: 'synced' }),
      envoy('good', { cluster: 'synced', listener: 'synced' }),
      client('starting', 'sluice-processor', {}),
    ];
    expect(reach(...clients)).toEqual({ envoys: 3, processors: 1, missing: ['bad', 'late', 'starting'] });
  });

  it('counts a node once that is connected twice, and waits for both', () => {
    const moved = [envoy('e', { listener: 'synced' }), envoy('e', { listener: 'pending' }), processor];
    expect(reach(...moved)).toEqual({ envoys: 1, processors: 1, missing: ['e'] });
  });
});
