import { expect, it } from 'vitest';
import { seededRandom } from '../../../lib/testing/random.ts';
import type { Counter } from '../../counter.ts';
import { figures, finish, reserve, take } from '../answers.ts';
import { minute, type StoreSuite } from './suite.ts';

/** Requests for which any rest will do: admitted while something is left, and charged with what they have really used. */
export function describeSharedRest(suite: StoreSuite): void {
  const { budget, id, key } = suite;
  const perMinute = (): Counter => ({ kind: 'fixed', key: key(), limit: 1_000, windowMs: minute });
  const share = (name: string, counter: Counter, amount: number) =>
    take(suite.store, name, counter, amount, { sharesRest: true });

  it('lets one in that may use more than is left, and nobody from when too much has been used to the window’s end', async () => {
    suite.now = Date.UTC(2026, 2, 28, 12, 0, 10);
    const counter = perMinute();
    await finish(suite.store, id(), counter, 700);
    const large = id();
    expect(await share(large, counter, 4_096)).toMatchObject({ grants: [{ granted: 150, remaining: 150 }] });
    expect(await finish(suite.store, large, counter, 900)).toMatchObject({
      figures: [{ used: 1_600, reserved: 0, remaining: 0, resetMs: 50_000 }],
    });
    expect(await share(id(), counter, 1)).toMatchObject({ reason: 'exhausted', retryAfterMs: 50_000 });
    suite.now += 50_000;
    expect(await share(id(), counter, 4_096)).toMatchObject({ grants: [{ granted: 500, used: 500 }] });
  });

  it('leaves half of what is left to those who come meanwhile, down to the last one', async () => {
    const counter = budget(10);
    const names = [id(), id(), id(), id()];
    for (const [index, granted] of [5, 3, 1, 1].entries()) {
      expect(await share(names[index] ?? '', counter, 4_096)).toMatchObject({ grants: [{ granted }] });
    }
    expect(await share(id(), counter, 1)).toMatchObject({ reason: 'exhausted', figures: [{ used: 10, reserved: 10 }] });
    await finish(suite.store, names[1] ?? '', counter, 2);
    expect(await share(id(), counter, 4_096)).toMatchObject({ grants: [{ granted: 1, remaining: 0 }] });
  });

  it('takes no more than it asks for, and refuses nothing but what finds nothing left', async () => {
    const counter = budget(10);
    expect(await share(id(), counter, 3)).toMatchObject({ grants: [{ granted: 3 }] });
    expect(await share(id(), counter, 0)).toMatchObject({ grants: [{ granted: 0, remaining: 7 }] });
    expect(await share(id(), budget(0), 4_096)).toMatchObject({ reason: 'too-large', retryAfterMs: undefined });
  });

  it('takes the same where it refuses nobody, and nothing where nothing is left', async () => {
    const counter = budget(10);
    const watched = { sharesRest: true, isAdvisory: true };
    for (const [wanted, granted] of [
      [4_096, 5],
      [2, 2],
      [4_096, 2],
      [4_096, 1],
      [4_096, 0],
    ] as const) {
      expect(await take(suite.store, id(), counter, wanted, watched)).toMatchObject({ grants: [{ granted }] });
    }
    const name = id();
    expect(await take(suite.store, name, counter, 3, watched)).toMatchObject({ grants: [{ granted: 0, used: 10 }] });
    expect(await finish(suite.store, name, counter, 7)).toMatchObject({ figures: [{ used: 17, reserved: 10 }] });
  });

  it('has to fit into the counters beside it, and takes nothing where it does not', async () => {
    const [wide, narrow] = [budget(100), budget(10)];
    const items = [
      { counter: wide, amount: 500, sharesRest: true },
      { counter: narrow, amount: 8 },
    ];
    const ask = () => reserve(suite.store, { id: id(), ttlMs: minute, items });
    expect(await ask()).toMatchObject({ grants: [{ granted: 50 }, { granted: 8 }] });
    expect(await ask()).toMatchObject({ kind: 'refused', index: 1, figures: [{ reserved: 50 }, { reserved: 8 }] });
  });

  it('admits so many of 1,000 at once as find something left, and settles each once', async () => {
    const counter = budget(10_050);
    const names = Array.from({ length: 1_000 }, (_, index) => `${counter.key}-${index}`);
    const outcomes = await Promise.all(names.map((name) => share(name, counter, 100)));
    const granted = outcomes.map((outcome) => (outcome.kind === 'admitted' ? (outcome.grants[0]?.granted ?? 0) : 0));
    const admitted = names.filter((_, index) => granted[index] !== 0);
    expect(granted.filter((amount) => amount === 100)).toHaveLength(99);
    expect(granted.filter((amount) => amount > 0 && amount < 100)).toEqual([75, 38, 19, 9, 5, 2, 1, 1]);
    const settled = await Promise.all(
      [...admitted, ...admitted].map((name) => finish(suite.store, name, counter, 120)),
    );
    expect(settled.filter(({ kind }) => kind === 'settled')).toHaveLength(107);
    expect(settled.filter(({ kind }) => kind === 'already-settled')).toHaveLength(107);
    expect(await figures(suite.store, counter)).toMatchObject({ used: 107 * 120, reserved: 0, remaining: 0 });
  });

  it.each([1, 2, 3])('exceeds a limit by no more than requests use beyond what they hold (%d)', async (seed) => {
    const random = seededRandom(seed);
    const counter = budget(3_000);
    const running = new Map<string, number>();
    const sum = (amounts: Iterable<number>) => [...amounts].reduce((total, each) => total + each, 0);
    let [settled, beyond, admitted, refused] = [0, 0, 0, 0];
    for (let step = 0; step < 200; step++) {
      const [name, granted] = [...running][random.below(20)] ?? [];
      if (name !== undefined && granted !== undefined) {
        const used = random.below(granted * 3);
        settled += used;
        beyond += Math.max(0, used - granted);
        running.delete(name);
        expect(await finish(suite.store, name, counter, used)).toMatchObject({ kind: 'settled' });
        expect(await finish(suite.store, name, counter, used)).toEqual({ kind: 'already-settled' });
      } else {
        const fresh = id();
        const wanted = 1 + random.below(900);
        const left = counter.limit - settled - sum(running.values());
        const expected = Math.min(wanted, Math.ceil(left / 2));
        expect(await share(fresh, counter, wanted), `step ${step}`).toMatchObject(
          left > 0 ? { kind: 'admitted', grants: [{ granted: expected }] } : { kind: 'refused' },
        );
        if (left > 0) running.set(fresh, expected);
        if (left > 0) admitted += 1;
        else refused += 1;
      }
      expect(settled).toBeLessThanOrEqual(counter.limit + beyond);
    }
    for (const name of running.keys()) await finish(suite.store, name, counter, 0);
    expect(await figures(suite.store, counter)).toMatchObject({ used: settled, reserved: 0 });
    expect([admitted, refused].every((count) => count > 3)).toBe(true);
  });
}
