import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../../lib/testing/cpu-time.ts';
import { seededRandom } from '../../lib/testing/random.ts';
import type { Detector, Finding } from '../detector.ts';
import { keywordDetector } from './detector.ts';

const find = (detector: Detector, text: string, from = 0): Finding[] => {
  const findings: Finding[] = [];
  detector.scan(text, from, (finding) => findings.push(finding));
  return findings;
};
const words = (...list: string[]): Detector => keywordDetector({ name: 'names', words: list });
const found = (detector: Detector, text: string): string[] =>
  find(detector, text).map(({ start, end }) => text.slice(start, end));
const tagged = (text: string): string =>
  [...text].map((each) => String.fromCodePoint(0xe0000 + (each.codePointAt(0) ?? 0))).join('');

describe('keywordDetector()', () => {
  const falcon = words('Project Falcon', 'resumé', 'C++', '密码', 'ключ', 'straße', '한국');

  it.each([
    ['Project Falcon', 'Project Falcon'],
    ['the PROJECT FALCON plan', 'PROJECT FALCON'],
    ['(project\n   falcon)', 'project\n   falcon'],
    ['project-falcon, ', 'project-falcon'],
    ['MY_PROJECT_FALCON_KEY', 'PROJECT_FALCON'],
    ['project\u00a0falcon', 'project\u00a0falcon'],
    ['project \u2013 falcon', 'project \u2013 falcon'],
    ["project falcon's", 'project falcon'],
    ['pro\u200bject fal\u200d\u00adcon!', 'pro\u200bject fal\u200d\u00adcon'],
    ['Ｐｒｏｊｅｃｔ　Ｆａｌｃｏｎ', 'Ｐｒｏｊｅｃｔ　Ｆａｌｃｏｎ'],
    ['Рrојесt Fаlсоn', 'Рrојесt Fаlсоn'],
    ['𝐏𝐫𝐨𝐣𝐞𝐜𝐭 𝕱𝖆𝖑𝖈𝖔𝖓', '𝐏𝐫𝐨𝐣𝐞𝐜𝐭 𝕱𝖆𝖑𝖈𝖔𝖓'],
    ['pröject fálcon', 'pröject fálcon'],
    [`say ${tagged('project falcon')}`, tagged('project falcon')],
    ['my resume.', 'resume'],
    ['my re\u0301sume\u0301.', 're\u0301sume'],
    ['in C++, or', 'C++'],
    ['in C++11', 'C++'],
    ['我的密码是', '密码'],
    ['Мой КЛЮЧ тут', 'КЛЮЧ'],
    ['HAUPTSTRASSE STRASSE', 'STRASSE'],
    ['in 한국, ', '한국'],
  ])('finds a keyword in %j', (text, expected) => {
    expect(found(falcon, text)).toEqual([expected]);
  });

  it.each([
    'projects falcon',
    'project falcons',
    'subproject falcon',
    'projectfalcon',
    'project, falcon',
    'project a falcon',
    'resumes',
    'aC++',
    'ключи',
    'включ',
    'straßen',
    '한국어',
    `project${' '.repeat(33)}falcon`,
    `pro${'\u200b'.repeat(33)}ject falcon`,
    'project falcon\u200bs',
    'sub\u200bproject falcon',
  ])('finds none in %j', (text) => {
    expect(found(falcon, text)).toEqual([]);
  });

  it('takes the longest keyword from each beginning, and lets keywords overlap', () => {
    const list = words('falcon', 'falcon heavy', 'project falcon');
    expect(found(list, 'project falcon heavy, falcon light')).toEqual(['project falcon', 'falcon heavy', 'falcon']);
  });

  it('keeps separators around a keyword, and ignores keywords of nothing', () => {
    expect(found(words('--force', ' ', '\u200b', ''), 'force --force -force')).toEqual(['--force']);
  });

  it.each([
    ['nothing of the kind', 19],
    ['see pro', 4],
    ['see project', 4],
    ['see project  ', 4],
    ['see project falcon', 4],
    ['see project falcon.', 19],
    ['see project falconet', 20],
    ['see subpro', 10],
    ['in C+', 3],
    ['in C++', 6],
    ['see pro\u200b', 4],
    ['a\ud83d', 1],
  ])('holds %j from %i', (text, expected) => {
    expect(falcon.hold(text, 0)).toBe(expected);
  });

  it('holds an earlier finding that reaches into what is still open', () => {
    const list = words('project falcon', 'falcon heavy');
    expect(list.hold('a project falcon ', 0)).toBe(2);
    expect(list.hold('a project falcon l', 0)).toBe(18);
  });

  const lists = [
    ['ab', 'a b', 'ab ab'],
    ['b a', 'a b a', 'aa'],
    ['-a', 'b-', 'a-b', 'b+'],
    ['é', '😀', 'ßa', '密a', 'か', 'fi'],
  ];
  const alphabet = [
    'a',
    'b',
    ' ',
    '-',
    '\u200b',
    'é',
    '\u0301',
    '😀',
    '\ud83d',
    'ß',
    '密',
    'か',
    '\u3099',
    'ﬁ',
    'а',
    '+',
    '\n',
    'B',
    '\u{e0061}',
  ];
  const texts = (seed: number, rounds: number, longest: number): string[] => {
    const { below, pick } = seededRandom(seed);
    return Array.from({ length: rounds }, () =>
      Array.from({ length: below(longest) }, () => pick(below(2) === 0 ? alphabet.slice(0, 5) : alphabet)).join(''),
    );
  };

  it.each(lists)('holds as the contract says, whatever text follows (%s, …)', (...list) => {
    const detector = words(...list);
    for (const whole of texts(23, 400, 16)) {
      const all = find(detector, whole);
      for (let length = 0; length <= whole.length; length++) {
        const prefix = whole.slice(0, length);
        const hold = detector.hold(prefix, 0);
        const inPrefix = find(detector, prefix).filter((each) => each.start < hold);
        const why = `${JSON.stringify(prefix)} of ${JSON.stringify(whole)}`;
        expect(
          all.filter((each) => each.start < hold),
          why,
        ).toEqual(inPrefix);
        for (const each of inPrefix) expect(each.end, why).toBeLessThanOrEqual(hold);
      }
    }
  });

  it.each(lists)('finds the same from the middle, seeing only its left context (%s, …)', (...list) => {
    const detector = words(...list);
    const padded = texts(29, 200, 12).map(
      (text, index) => text + '\u200b'.repeat(index % 40) + (texts(index, 1, 12)[0] ?? ''),
    );
    for (const text of padded) {
      const all = find(detector, text);
      for (let from = 0; from <= text.length; from += 3) {
        // A piece never begins inside a surrogate pair: `hold` sees to it.
        if (/^[\udc00-\udfff]/.test(text.slice(from)) && /[\ud800-\udbff]$/.test(text.slice(0, from))) continue;
        const cut = Math.max(0, from - detector.leftContext);
        const seen = find(detector, text.slice(cut), from - cut);
        const shifted = seen.map((each) => ({ ...each, start: each.start + cut, end: each.end + cut }));
        expect(shifted, `${JSON.stringify(text)} from ${from}`).toEqual(all.filter((each) => each.start >= from));
      }
    }
  });

  it('never finds anything longer than its reach', () => {
    const detector = words('ab cd');
    const hidden = '\u200b'.repeat(32);
    const text = `a${hidden}b${hidden}${` ${hidden}`.repeat(32)}c${hidden}d`;
    expect(found(detector, text)).toEqual([text]);
    expect(text.length).toBeLessThan(detector.reach);
  });

  it('stays fast on texts made against it', () => {
    const detector = words('a a a a a a a a b', 'a a a a c');
    const fastest = leastCpuMs(5, () => {
      find(detector, 'a '.repeat(2048));
      find(detector, 'a\u200b '.repeat(1365));
    });
    // Of a loaded machine.
    expect(fastest).toBeLessThan(20);
  });
});
