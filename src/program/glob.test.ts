import { describe, expect, it } from 'vitest';
import { cpuMs } from '../lib/testing/cpu-time.ts';
import { compileNames } from './glob.ts';

describe('compileNames()', () => {
  it.each([
    ['small', 'small', true],
    ['small', 'smaller', false],
    ['claude-*', 'claude-haiku', true],
    ['claude-*', 'claude-', true],
    ['claude-*', 'my-claude-haiku', false],
    ['*', '', true],
    ['*/passthrough', 'openai/passthrough', true],
    ['*-mini', 'gpt-4o-mini', true],
    ['a*b*c', 'a-b-b-c', true],
    ['a*b*c', 'acb', false],
    ['ab*ba', 'aba', false],
    ['a*bc*c', 'abc', false],
    ['a.c', 'abc', false],
  ])('%s on %s gives %s', (pattern, name, expected) => {
    expect(compileNames([pattern]).matches(name)).toBe(expected);
  });

  it('matches when any pattern does, and nothing when there is none', () => {
    expect(compileNames(['x', 'y-*']).matches('y-1')).toBe(true);
    expect(compileNames([]).matches('x')).toBe(false);
  });

  it('takes linear time on a pattern that would make a regular expression backtrack', () => {
    const pattern = `${'*a'.repeat(30)}*b`;
    const time = cpuMs(() => expect(compileNames([pattern]).matches('a'.repeat(20_000))).toBe(false));
    expect(time).toBeLessThan(500);
  });
});
