import { describe, expect, it } from 'vitest';
import { cpuMs, leastCpuMs } from '../../lib/testing/cpu-time.ts';
import { readYaml } from './read.ts';

describe('readYaml', () => {
  it('knows the line of everything, and of what should stand there', () => {
    const reading = readYaml('# note\na: 1\nb:\n  c:\n  - x\n  - {d: 1,\n     e: 2}\n');
    expect(reading.errors).toEqual([]);
    expect(reading.value).toEqual({ a: 1, b: { c: ['x', { d: 1, e: 2 }] } });
    const lines = [[], ['a'], ['b'], ['b', 'c'], ['b', 'c', 0], ['b', 'c', 1, 'e'], ['b', 'c', 1, 'missing'], ['z']];
    expect(lines.map((path) => reading.lineOf(path))).toEqual([1, 1, 2, 3, 4, 6, 5, 1]);
  });

  it('says once what is wrong several times in one place', () => {
    expect(readYaml('a: [[[[[\n').errors).toHaveLength(1);
  });

  it('leaves dates, yes and numbers with leading zeros to those who wrote them', () => {
    expect(readYaml('[2027-01-01, yes, off, 0o17, 017, 1_000]').value).toEqual([
      '2027-01-01',
      'yes',
      'off',
      15,
      17,
      '1_000',
    ]);
  });

  it.each([
    ['a tab', 'a:\n\tb: hunter2\n', 1, 'the YAML is indented with a tab', 'use spaces'],
    ['a field twice', 'a: 1\nb: 2\na: hunter2\n', 2, '"a" stands twice in the same map', 'remove one of them'],
    [
      'a merge key',
      'a: &x {b: 1}\nc: {<<: *x}\n',
      1,
      '<< (a merge key) is not part of YAML 1.2',
      'write the fields out; an alias may stand for a whole value',
    ],
    [
      'an open quote',
      'a: "hunter2\n',
      1,
      'the YAML lacks a character',
      'close quotes, { } and [ ], and write a space after each :',
    ],
    [
      'an open bracket',
      'a: [hunter2\n',
      1,
      'the YAML is not indented consistently',
      'indent fields of one map by the same spaces, and close { and [',
    ],
    [
      'an unknown anchor',
      'a: *hunter2\n',
      0,
      'the YAML refers to an anchor that does not exist',
      'define &name before *name, or use quotes',
    ],
    [
      'a special character',
      'a: @hunter2\n',
      0,
      'the YAML has a text that begins with a special character',
      'put texts with special characters in quotes',
    ],
    [
      'a tag',
      'a: !secret hunter2\n',
      0,
      'the YAML has a tag (!) that is not known here',
      'remove the tag, or use quotes',
    ],
    [
      'a map for a key',
      '{? {a: 1} : hunter2}\n',
      0,
      'the YAML has a field name that is no text',
      'put texts with special characters in quotes',
    ],
    [
      'a nested map on one line',
      'a: b: hunter2\n',
      0,
      'the YAML has a nested map on one line',
      'begin it on a new line, or use { }',
    ],
  ])('says what is wrong with %s, without repeating the text', (_name, text, line, message, remedy) => {
    const { errors } = readYaml(text);
    expect(errors[0]).toEqual({ severity: 'error', path: [], line, message, remedy });
    expect(JSON.stringify(errors)).not.toContain('hunter2');
  });

  it('puts in place what an alias stands for', () => {
    const { value, errors } = readYaml('a: &x {b: 1}\nc: &y [*x, &z 2]\nd: [*y, *z]\n');
    expect(errors).toEqual([]);
    expect(value).toEqual({ a: { b: 1 }, c: [{ b: 1 }, 2], d: [[{ b: 1 }, 2], 2] });
  });

  it('does not follow aliases of aliases without end', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      lines.push(
        `a${level}: &a${level} [${Array(9)
          .fill(`*a${level - 1}`)
          .join(', ')}]`,
      );
    }
    expect(readYaml(lines.join('\n')).errors[0]?.message).toBe('the YAML is nested too deep, or has too many aliases');
  });

  it.each(['[', '{a: ', '- ', '? '])('refuses %j a hundred thousand times before it costs anything', (opening) => {
    const time = cpuMs(() => {
      expect(readYaml(opening.repeat(100_000)).errors[0]?.message).toBe('the YAML is nested too deep');
    });
    expect(time).toBeLessThan(5000);
  });

  it('refuses a document that no person wrote', () => {
    expect(readYaml(`a: ${'x'.repeat(1024 * 1024)}`).errors[0]?.message).toBe('the document is larger than 1MiB');
  });

  it('takes as long for a field of a large map as for one of a small map', () => {
    const text = (fields: number): string =>
      `${Array.from({ length: fields }, (_, index) => `k${index}: 1`).join('\n')}\nk5: 2`;
    const best = (fields: number): number => {
      const large = text(fields);
      return leastCpuMs(3, () => {
        const messages = readYaml(large).errors.map((error) => error.message);
        expect(messages).toEqual(['"k5" stands twice in the same map']);
      });
    };
    // Comparing each with each would take sixteen times as long.
    expect(best(8_000)).toBeLessThan(10 * best(2_000));
  });

  it('does not list the consequences of a mistake', () => {
    expect(readYaml('a: b: '.repeat(1000)).errors.length).toBeLessThanOrEqual(5);
  });
});
