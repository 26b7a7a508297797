import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLogger } from '../../lib/log.ts';
import { objectId } from '../object-id.ts';
import type { Outcome, WatchedObject } from './outcome.ts';
import { createStatusReporter } from './reporter.ts';
import { scriptedApiServer } from './testing/scripted-api-server.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const controllerName = 'sluice.dev/gateway-controller';
const resource = { group: 'gateway.networking.k8s.io', version: 'v1', plural: '' };
const gateways: readonly WatchedObject[] = [
  { kind: 'GatewayClass', resource, object: { metadata: { name: 'ours' }, spec: { controllerName } } },
  {
    kind: 'Gateway',
    resource,
    object: { metadata: { name: 'edge', namespace: 'default' }, spec: { gatewayClassName: 'ours' } },
  },
];

/** A reporter over one model, whose changes take a while until pods have them. */
function reporting() {
  const server = scriptedApiServer(['m']);
  let isPublished = true;
  const outcome = (): Outcome => {
    const objects = [...gateways, ...server.watched()];
    return {
      controllerName,
      objects,
      generations: new Map(
        objects.map(({ kind, object }) => [objectId(kind, object), object.metadata.generation ?? 1]),
      ),
      problems: [],
      isStale: () => false,
      olderGeneration: () => undefined,
      attachments: [],
      nacks: new Map(),
      isPublished,
      reach: new Map([['edge', { envoys: 1, processors: 1, missing: [] }]]),
      silent: [],
      provisioned: new Map(),
    };
  };
  const reporter = createStatusReporter({ client: server.client, outcome, isLeader: () => true, log: silentLogger });
  return {
    server,
    reporter,
    change(generation: number): void {
      server.put('m', { metadata: { name: 'm', generation } });
      isPublished = false;
      reporter.changed();
    },
    arrive(): void {
      isPublished = true;
      reporter.changed();
    },
    writes: () => server.calls.filter((name) => name === 'm').length,
  };
}

const passes = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

describe('createStatusReporter()', () => {
  it('writes once for a change, also while what was written for the one before comes back', async () => {
    const { change, arrive, reporter, writes, server } = reporting();
    for (let generation = 1; generation <= 10; generation++) {
      change(generation);
      await passes(60);
      arrive();
      await passes(300);
      expect(writes()).toBe(generation);
      // The watch shows the write.
      reporter.changed();
      await passes(200);
    }
    expect(server.status('m').conditions).toContainEqual(
      expect.objectContaining({ type: 'Programmed', status: 'True', observedGeneration: 10 }),
    );
    reporter.close();
  });

  it('says of what takes longer that it is on its way', async () => {
    const { change, arrive, reporter, writes, server } = reporting();
    change(1);
    await passes(400);
    expect(server.status('m').conditions).toContainEqual(
      expect.objectContaining({ type: 'Programmed', status: 'False', reason: 'Pending' }),
    );
    arrive();
    await passes(400);
    expect(writes()).toBe(2);
    reporter.close();
  });
});
