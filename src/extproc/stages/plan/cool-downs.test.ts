import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import type { PlannedTarget } from '../../exchange.ts';
import { providerIn } from '../../testing/exchange-of.ts';
import { CoolDowns } from './cool-downs.ts';

const rule = { failures: 2, durationMs: 1_000 };

const program = programOf({
  providers: [{ name: 'a' }, { name: 'b' }],
  routes: [{ id: 'r', targets: [{ provider: 'a' }, { provider: 'b', priority: 1 }] }],
});
const planned: readonly PlannedTarget[] = (program.routes.find('k', 'm')?.targets ?? []).map((target) => ({
  target,
  provider: providerIn(program, target.provider),
}));
const [a, b] = planned as [PlannedTarget, PlannedTarget];

const order = (coolDowns: CoolDowns, now: number, targets = planned, by = rule) =>
  coolDowns
    .arrange(targets, by, now)
    .map(({ provider }) => provider.name)
    .join('');

function failing(times: number, now = 0): CoolDowns {
  const coolDowns = new CoolDowns();
  for (let i = 0; i < times; i++) coolDowns.report(a.target, true, rule, now);
  return coolDowns;
}

describe('CoolDowns', () => {
  it('moves a target to the end after as many failures in a row as the rule says', () => {
    const once = failing(1);
    for (const now of [0, 1, 2]) expect(order(once, now)).toBe('ab');
    expect(order(failing(2), 0)).toBe('ba');
  });

  it('starts to count anew after a success', () => {
    const coolDowns = failing(1);
    coolDowns.report(a.target, false, rule, 0);
    coolDowns.report(a.target, true, rule, 0);
    expect(order(coolDowns, 0)).toBe('ab');
  });

  it('never removes a target, not even when all are in trouble', () => {
    const coolDowns = failing(2);
    expect(order(coolDowns, 0, [a])).toBe('a');
    for (let i = 0; i < 2; i++) coolDowns.report(b.target, true, rule, 0);
    expect(order(coolDowns, 0)).toBe('ab');
  });

  it('lets one request try when the time is over, and the others wait for what comes of it', () => {
    const coolDowns = failing(2);
    expect(order(coolDowns, 999)).toBe('ba');
    expect(order(coolDowns, 1_000)).toBe('ab');
    expect(order(coolDowns, 1_001)).toBe('ba');
  });

  it('is over when the trial succeeds, and goes on when it fails', () => {
    const good = failing(2);
    order(good, 1_000);
    good.report(a.target, false, rule, 1_010);
    expect(order(good, 1_011)).toBe('ab');
    const bad = failing(2);
    order(bad, 1_000);
    bad.report(a.target, true, rule, 1_500);
    expect(order(bad, 2_400)).toBe('ba');
    expect(order(bad, 2_500)).toBe('ab');
  });

  it('does not use up the trial where the target stands behind others that are fine', () => {
    const coolDowns = new CoolDowns();
    for (let i = 0; i < 2; i++) coolDowns.report(b.target, true, rule, 0);
    expect(order(coolDowns, 1_000)).toBe('ab');
    expect(order(coolDowns, 1_001, [b, a])).toBe('ba');
    expect(order(coolDowns, 1_002, [b, a])).toBe('ab');
  });

  const off = { failures: 0, durationMs: 9 };

  it('is off where the rule has no failures', () => {
    const coolDowns = new CoolDowns();
    for (let i = 0; i < 9; i++) coolDowns.report(a.target, true, off, 0);
    expect(order(coolDowns, 0)).toBe('ab');
    expect(coolDowns.coolingCount(0)).toBe(0);
  });

  it('is off there also for a target that cools down elsewhere, whose trial is left to others', () => {
    const coolDowns = failing(2);
    expect(order(coolDowns, 999, planned, off)).toBe('ab');
    expect(order(coolDowns, 1_000, planned, off)).toBe('ab');
    expect(order(coolDowns, 1_001)).toBe('ab');
    expect(order(coolDowns, 1_002)).toBe('ba');
  });

  it('counts what is passed over', () => {
    expect(failing(2).coolingCount(10)).toBe(1);
    expect(failing(2).coolingCount(1_000)).toBe(0);
  });
});
