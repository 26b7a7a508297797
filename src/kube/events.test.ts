import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ok } from '../lib/result.ts';
import { createEventRecorder, type EventOptions, type EventRecorder, type Notice } from './events.ts';
import type { KubeObject } from './object.ts';

const gateway: KubeObject = {
  apiVersion: 'gateway.networking.k8s.io/v1',
  kind: 'Gateway',
  metadata: { name: 'egress', namespace: 'team-a', uid: 'u' },
};
const refused: Notice = {
  regarding: gateway,
  type: 'Warning',
  reason: 'Refused',
  action: 'Publish',
  note: 'no such filter',
};

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function recording(options: Partial<EventOptions> = {}): {
  readonly recorder: EventRecorder;
  readonly created: unknown[];
  readonly patched: unknown[];
} {
  const created: unknown[] = [];
  const patched: unknown[] = [];
  const recorder = createEventRecorder({
    client: {
      create: async (_, object) => {
        created.push(object);
        return ok(gateway);
      },
      patch: async (_, patch) => {
        patched.push(patch);
        return ok(gateway);
      },
    },
    controller: 'sluice.dev/gateway-controller',
    instance: 'controller-0',
    onError: () => undefined,
    ...options,
  });
  return { recorder, created, patched };
}

describe('createEventRecorder()', () => {
  it('writes one event for what happens again and again, with a count', async () => {
    const { recorder, created, patched } = recording();
    for (let index = 0; index < 100; index++) recorder.record(refused);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(created).toMatchObject([
      {
        metadata: { name: expect.stringMatching(/^egress\.[0-9a-f]+$/), namespace: 'team-a' },
        reason: 'Refused',
        note: 'no such filter',
        regarding: { kind: 'Gateway', name: 'egress', uid: 'u' },
      },
    ]);
    expect(patched).toMatchObject([{ series: { count: 100 } }]);
  });

  it('begins anew after a while', async () => {
    const { recorder, created } = recording();
    recorder.record(refused);
    await vi.advanceTimersByTimeAsync(400_000);
    recorder.record(refused);
    expect(created).toHaveLength(2);
  });

  it('drops what would be too many, and cuts what would be too long', async () => {
    const { recorder, created } = recording({ burst: 2 });
    for (let index = 0; index < 9; index++) recorder.record({ ...refused, note: `${index}${'x'.repeat(2000)}` });
    expect(created).toHaveLength(2);
    expect(created).toMatchObject([{ note: expect.stringMatching(/^0x{1017}…$/) }, {}]);
    await vi.advanceTimersByTimeAsync(1_000);
    recorder.record({ ...refused, note: 'later' });
    expect(created).toHaveLength(3);
  });
});
