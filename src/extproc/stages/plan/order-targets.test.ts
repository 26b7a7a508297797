import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../lib/testing/random.ts';
import { hash32 } from '../../../program/hash32.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import type { PlannedTarget } from '../../exchange.ts';
import { providerIn } from '../../testing/exchange-of.ts';
import { orderTargets } from './order-targets.ts';

/** `a:3` is provider a with weight 3; groups of a priority. */
function targets(...groups: readonly (readonly string[])[]): PlannedTarget[] {
  const names = [...new Set(groups.flat().map((text) => text.split(':')[0] as string))];
  const program = programOf({
    providers: names.map((name) => ({ name })),
    routes: [
      {
        id: 'r',
        targets: groups.flatMap((group, priority) =>
          group.map((text) => ({
            provider: text.split(':')[0] as string,
            weight: Number(text.split(':')[1] ?? 1),
            priority,
          })),
        ),
      },
    ],
  });
  const route = program.routes.find('', 'any') ?? program.routes.find('k', 'any');
  return (route?.targets ?? []).map((target) => ({ target, provider: providerIn(program, target.provider) }));
}

const names = (planned: readonly PlannedTarget[]) => planned.map(({ provider }) => provider.name).join('');

describe('orderTargets()', () => {
  it('keeps the order of priorities', () => {
    const all = targets(['a'], ['b', 'c'], ['d']);
    const random = seededRandom(1).next;
    const seen = new Set(Array.from({ length: 50 }, () => names(orderTargets(all, undefined, random))));
    expect([...seen].sort()).toEqual(['abcd', 'acbd']);
  });

  it('puts first what its weight says, within one percent in 40,000 draws', () => {
    const all = targets(['a:70', 'b:30']);
    const random = seededRandom(2).next;
    let first = 0;
    for (let i = 0; i < 40_000; i++) if (names(orderTargets(all, undefined, random)).startsWith('a')) first++;
    expect(first / 40_000).toBeGreaterThan(0.69);
    expect(first / 40_000).toBeLessThan(0.71);
  });

  it('draws the rest by weight as well: second place after a is b three times as often as c', () => {
    const all = targets(['a:60', 'b:30', 'c:10']);
    const random = seededRandom(3).next;
    const count: Record<string, number> = {};
    for (let i = 0; i < 40_000; i++) {
      const order = names(orderTargets(all, undefined, random));
      count[order] = (count[order] ?? 0) + 1;
    }
    expect((count.abc ?? 0) / (count.acb ?? 1)).toBeGreaterThan(2.8);
    expect((count.abc ?? 0) / (count.acb ?? 1)).toBeLessThan(3.2);
  });

  it('copes with a generator that gives the ends of its range', () => {
    expect(orderTargets(targets(['a', 'b']), undefined, () => 0)).toHaveLength(2);
    expect(orderTargets(targets(['a', 'b']), undefined, () => 1 - 2 ** -53)).toHaveLength(2);
  });

  it('gives one order per seed, and the weights over many seeds', () => {
    const all = targets(['a:70', 'b:30']);
    let first = 0;
    for (let i = 0; i < 20_000; i++) {
      const seed = hash32(`key conversation-${i}`);
      const order = names(orderTargets(all, seed, Math.random));
      expect(names(orderTargets(all, seed, Math.random))).toBe(order);
      if (order.startsWith('a')) first++;
    }
    expect(first / 20_000).toBeGreaterThan(0.68);
    expect(first / 20_000).toBeLessThan(0.72);
  });

  it('moves only the seeds of a target that goes', () => {
    const all = targets(['a', 'b', 'c']);
    const without = targets(['a', 'b']);
    for (let i = 0; i < 2_000; i++) {
      const seed = hash32(`key conversation-${i}`);
      const before = names(orderTargets(all, seed, Math.random)).replace('c', '');
      expect(names(orderTargets(without, seed, Math.random))).toBe(before);
    }
  });
});
