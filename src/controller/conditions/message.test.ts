import { describe, expect, it } from 'vitest';
import { bounded, namesOf, problemsMessage } from './message.ts';

function problem(path: string, message: string) {
  return { severity: 'error' as const, source: '', document: '', path, message, remedy: 'change it' };
}

describe('messages', () => {
  it('are bounded, and never end in half a character', () => {
    expect(bounded('x'.repeat(10_000))).toHaveLength(2_000);
    const faces = bounded('😀'.repeat(2_000));
    expect(faces.length).toBeLessThanOrEqual(2_000);
    expect(faces.isWellFormed()).toBe(true);
  });

  it('tell some problems, and how many more there are', () => {
    const problems = Array.from({ length: 8 }, (_, index) => problem(`spec.a[${index}]`, 'is wrong'));
    const message = problemsMessage(problems);
    expect(message).toMatch(/^spec\.a\[0\] is wrong — change it; spec\.a\[1\]/);
    expect(message).toMatch(/; and 3 more$/);
  });

  it('do not let one long problem hide the next', () => {
    expect(problemsMessage([problem('spec.a', 'x'.repeat(5_000)), problem('spec.b', 'is wrong')])).toContain('spec.b');
  });

  it('are one line', () => {
    expect(bounded('one\n  two\r\n')).toBe('one two');
  });

  it('name a few of many', () => {
    expect(namesOf(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c and 2 more');
    expect(namesOf(['a'])).toBe('a');
  });
});
