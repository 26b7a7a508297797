import { describe, expect, it } from 'vitest';
import { kubeError } from '../../../kube/error.ts';
import { createOutage } from './outage.ts';

const unreachable = kubeError(0, 'Unreachable', 'nobody answers');
const outage = () => createOutage(() => 1);

describe('createOutage()', () => {
  it('waits longer after each failure, and tells of the first', () => {
    const { failed, waitMs } = outage();
    expect(waitMs(0)).toBe(0);
    expect(failed(unreachable, 1_000)).toBe(true);
    expect(waitMs(1_000)).toBe(500);
    expect(waitMs(1_500)).toBe(0);
    expect(failed(unreachable, 2_000)).toBe(false);
    expect(waitMs(2_000)).toBe(1_000);
  });

  it('waits as long as the API server says, also when another answer would have it sooner', () => {
    const { failed, waitMs } = outage();
    failed({ ...kubeError(429, 'TooManyRequests', 'later'), retryAfterMs: 20_000 }, 0);
    failed(unreachable, 0);
    expect(waitMs(0)).toBe(20_000);
  });

  it('begins anew when it was over', () => {
    const { failed, over, waitMs } = outage();
    for (const now of [0, 0, 0]) failed(unreachable, now);
    over();
    expect(failed(unreachable, 10_000)).toBe(true);
    expect(waitMs(10_000)).toBe(500);
  });
});
