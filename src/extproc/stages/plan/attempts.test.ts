import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { providerIn } from '../../testing/exchange-of.ts';
import { attemptsOf } from './attempts.ts';

const targets = [
  { provider: 'a', priority: 0 },
  { provider: 'b', priority: 0 },
  { provider: 'c', priority: 1 },
];

function attempts(mostAttempts: number, attemptsPerPriority = 0): string {
  const program = programOf({
    providers: targets.map(({ provider: name }) => ({ name })),
    routes: [{ id: 'r', models: ['m'], targets, mostAttempts, attemptsPerPriority }],
  });
  const route = program.routes.find('k', 'm');
  if (route === undefined) throw new Error('no route');
  const ordered = route.targets.map((target) => ({ target, provider: providerIn(program, target.provider) }));
  return attemptsOf(route, ordered)
    .map(({ provider }) => provider.name)
    .join('');
}

describe('attempts', () => {
  it.each([
    [0, 0, 'abc'],
    [2, 0, 'ab'],
    [3, 0, 'abc'],
    [5, 0, 'abcab'],
    [5, 1, 'acaca'],
    [5, 2, 'abcca'],
    [6, 3, 'abaccc'],
    [100, 0, 'abcabcabcabcabca'],
  ])('%i in all and %i per priority are %s', (most, perPriority, expected) => {
    expect(attempts(most, perPriority)).toBe(expected);
  });
});
