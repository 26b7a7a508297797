import { describe, expect, it } from 'vitest';
import { rule } from '../../../guard/testing/rules.ts';
import type { Guardrail } from '../../../program/guardrail.ts';
import { createGuards, type Guards } from './guards.ts';
import { createPreparation } from './prepare.ts';

const pii = { kind: 'pii', entities: undefined, except: [], minScore: 0.5, options: new Map() } as const;
const injection = { kind: 'injection', sensitivity: 'medium', threshold: undefined } as const;

function guardrailsOf(count: number, versionOf: (index: number) => string): readonly Guardrail[] {
  const scope = { matches: () => true, mayMatch: () => true, headers: [], index: undefined };
  return Array.from({ length: count }, (_, index) => ({
    name: `g${index}`,
    version: versionOf(index),
    scope,
    isObserving: false,
    rules: [
      rule('mail', { detector: pii }),
      rule(`w${index}`, { action: 'block' }),
      rule('whole', { detector: injection, streaming: 'buffer' }),
    ],
  }));
}

/** Tells which sets were asked for. */
function watched(): { readonly prepare: ReturnType<typeof createPreparation>; readonly asked: string[] } {
  const guardsFor = createGuards();
  const asked: string[] = [];
  const prepare = createPreparation((guardrails): Guards => {
    asked.push(guardrails.map(({ name, version }) => `${name}@${version}`).join());
    return guardsFor(guardrails);
  });
  return { prepare, asked };
}

describe('guardrails that come into force', () => {
  it('are compiled before a request comes', () => {
    const { prepare, asked } = watched();
    prepare(guardrailsOf(2, () => '1'));
    expect(asked).toEqual(['g0@1', 'g1@1']);
  });

  it('are left as they are when another one changes', () => {
    const { prepare, asked } = watched();
    prepare(guardrailsOf(2, () => '1'));
    prepare(guardrailsOf(2, (index) => (index === 1 ? '2' : '1')));
    prepare(guardrailsOf(2, (index) => (index === 1 ? '2' : '1')));
    expect(asked).toEqual(['g0@1', 'g1@1', 'g1@2']);
  });

  it('are prepared up to a number: meanwhile no request is answered', () => {
    const { prepare, asked } = watched();
    prepare(guardrailsOf(30, () => '1'));
    expect(asked).toHaveLength(16);
  });
});
