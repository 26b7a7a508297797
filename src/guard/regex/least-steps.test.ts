import { describe, expect, it } from 'vitest';
import { leastSteps } from './least-steps.ts';
import { compileProgram } from './program.ts';

describe('leastSteps()', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['a{3}', 3],
    ['a{2,5}b', 6],
    ['a{4,}', 4],
    ['(ab){3}c', 7],
    ['((a{2}b){3}){2}', 18],
    ['(?:ab|c|def){2}', 6],
    ['(?P<name>a)(?<other>b){2}', 3],
    ['(?i)a{2}', 2],
    ['[^]a-z]{3}', 3],
    ['[[:alpha:]]\\]{2}', 3],
    ['\\pL{3}\\p{Greek}{2}\\x{1F600}{2}', 7],
    ['\\Qa{9}\\E', 4],
    ['a{,3}', 5],
    ['^a$', 1],
    ['a+?b*', 2],
    ['(a', 1],
  ])('of %s are %i', (pattern, steps) => {
    expect(leastSteps(pattern)).toBe(steps);
  });

  it.each([
    'abc',
    'a{2,5}b',
    '((a{2}b){3}){2}',
    '(aaa|aab){2}',
    '[0-9a-f]{8}(-[0-9a-f]{4}){3}',
    '(?:a?){3}',
    '\\bx{2}\\z',
  ])('are no more than %s has when it is compiled', (pattern) => {
    expect(leastSteps(pattern)).toBeLessThanOrEqual(compileProgram(pattern, false).instructions.length);
  });

  it('are counted before a minute is spent on compiling', () => {
    expect(leastSteps(`(${'\\pL'.repeat(300)}){1,1000}`)).toBe(300_000);
  });
});
