import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import { createLogger } from '../../lib/log.ts';
import { ok } from '../../lib/result.ts';
import { createRefusalEvents } from './refusal-events.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const egress: KubeObject = { metadata: { name: 'egress', namespace: 'sluice-dataplane', uid: 'u1' } };

function setup() {
  const written: unknown[] = [];
  const events = createRefusalEvents({
    client: {
      async create(place, object) {
        written.push({ place, object });
        return ok(egress);
      },
      async patch(ref, change) {
        written.push({ ref, change });
        return ok(egress);
      },
    },
    gateway: (name) => (name === 'sluice-dataplane/egress' ? egress : undefined),
    log: createLogger({ name: 'test', level: 'silent' }),
  });
  return { written, refuse: (text: string) => events.refused('sluice-dataplane/egress', 'cluster', text), events };
}

describe('createRefusalEvents()', () => {
  it('writes a Warning about the Gateway in its namespace, without what looks like a secret', () => {
    const { written, refuse } = setup();
    refuse('bad header Authorization: Bearer abcdefghijklmnop');
    expect(written).toMatchObject([
      {
        place: { plural: 'events', namespace: 'sluice-dataplane' },
        object: {
          type: 'Warning',
          reason: 'ConfigurationRefused',
          involvedObject: { kind: 'Gateway', name: 'egress', namespace: 'sluice-dataplane', uid: 'u1' },
          message: expect.stringContaining('Bearer [masked]'),
          count: 1,
        },
      },
    ]);
  });

  it('counts repetitions in the same Event, once a minute', async () => {
    const { written, refuse } = setup();
    for (let pod = 0; pod < 50; pod++) refuse('bad address');
    await vi.advanceTimersByTimeAsync(59_000);
    expect(written).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(written).toHaveLength(2);
    expect(written[1]).toMatchObject({ change: { count: 50 } });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(written).toHaveLength(2);
  });

  it('stops at twenty different texts, until they are an hour old', async () => {
    const { written, refuse } = setup();
    for (let index = 0; index < 100; index++) refuse(`bad address ${index}`);
    expect(written).toHaveLength(20);
    await vi.advanceTimersByTimeAsync(3_700_000);
    refuse('something else');
    expect(written).toHaveLength(21);
  });

  it('says nothing of a gateway that has no object', () => {
    const { written, events } = setup();
    events.refused('gone', 'cluster', 'bad');
    expect(written).toEqual([]);
  });
});
