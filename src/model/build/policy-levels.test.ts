import { describe, expect, it } from 'vitest';
import { policyLevels } from '../decision.ts';
import { type LeveledPolicy, mergePolicies } from './policy-levels.ts';

interface Spec {
  readonly retry?: { readonly count?: number; readonly on?: string } | undefined;
  readonly timeout?: number | undefined;
  readonly limit?: string | undefined;
}

const at = (level: LeveledPolicy<Spec>['level'], spec: Spec, origin = `P/${level}`): LeveledPolicy<Spec> => ({
  level,
  origin,
  spec,
});

describe('mergePolicies()', () => {
  it('lets the closer level win each field, whatever the order, and knows who else says it', () => {
    const policies = policyLevels.map((level, i) => at(level, { timeout: i, ...(i % 2 === 0 && { limit: level }) }));
    const said = (...levels: readonly string[]) => levels.map((level) => ({ level, origin: `P/${level}` }));
    for (const order of [policies, policies.toReversed()]) {
      expect(mergePolicies(order)).toMatchObject({
        spec: { timeout: 4, limit: 'backend' },
        said: {
          limit: said('backend', 'route', 'gateway'),
          timeout: said('backend', 'rule', 'route', 'listener', 'gateway'),
        },
      });
      expect(mergePolicies(order.filter(({ level }) => level !== 'backend'))).toMatchObject({
        spec: { timeout: 3, limit: 'route' },
        said: { limit: said('route', 'gateway'), timeout: said('rule', 'route', 'listener', 'gateway') },
      });
    }
  });

  it('takes a field as a whole', () => {
    const { spec } = mergePolicies([
      at('gateway', { retry: { count: 3, on: '5xx' } }),
      at('route', { retry: { count: 1 } }),
    ]);
    expect(spec).toEqual({ retry: { count: 1 } });
  });

  it('does not let what is absent hide what is there', () => {
    const { spec } = mergePolicies([at('gateway', { timeout: 1 }), at('rule', { timeout: undefined })]);
    expect(spec).toEqual({ timeout: 1 });
  });

  it('takes the first one of equals', () => {
    const equals = [
      at('gateway', { timeout: 3 }),
      at('route', { timeout: 1 }, 'P/b'),
      at('route', { timeout: 2 }, 'P/a'),
    ];
    expect(mergePolicies(equals)).toMatchObject({
      spec: { timeout: 1 },
      said: {
        timeout: [
          { origin: 'P/b', value: 1 },
          { origin: 'P/a', value: 2 },
          { origin: 'P/gateway', value: 3 },
        ],
      },
    });
  });

  it('is empty where there is none', () => {
    expect(mergePolicies([])).toEqual({ spec: {}, said: {} });
  });
});
