import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { DecisionDraft, type RuleFinding } from '../decision.ts';
import type { Detector } from '../detector.ts';
import { compileGuard, type Guard } from '../guard.ts';
import { Vault } from '../redaction/vault.ts';
import { type Action, type GuardRule, type Redaction, redactionOf } from '../rule.ts';
import { context, cut, rule, style } from '../testing/rules.ts';
import { holdBackExceeded } from './guard-stream.ts';

const secret = new TextEncoder().encode('a secret of the tests');

function vaultFor(conversation = 'c1'): Vault {
  return new Vault(secret, conversation);
}

interface Streamed {
  readonly pieces: readonly string[];
  readonly text: string;
  readonly findings: readonly RuleFinding[];
  readonly blockedBy: GuardRule | undefined;
  readonly mostHeld: number;
}

function streamed(guard: Guard, chunks: readonly string[], vault = vaultFor()): Streamed {
  const findings: RuleFinding[] = [];
  const stream = guard.stream('assistant', vault, { add: (finding) => findings.push(finding), block: () => {} });
  if (stream === undefined) throw new Error('no rule looks at this role');
  let mostHeld = 0;
  const pieces = chunks.map((chunk) => {
    const piece = stream.push(chunk);
    mostHeld = Math.max(mostHeld, stream.held);
    return piece;
  });
  pieces.push(stream.end());
  return { pieces, text: pieces.join(''), findings, blockedBy: stream.blockedBy, mostHeld };
}

function row({ rule: { name }, start, end, entity, score }: RuleFinding): string {
  return [start, end, name, entity, score].join(' ');
}

function guardOf(...rules: readonly GuardRule[]): Guard {
  return compileGuard(rules, 'response', context);
}

const words = [
  'falcon',
  'fal',
  'con',
  '4111',
  '22',
  '9',
  '-',
  ' ',
  ' ',
  '😀',
  'ana@',
  'x.org',
  'evil',
  'a',
  '\n',
  'key=',
];
const patterns = ['falcon', '[0-9]{4,9}', '\\b[0-9]+\\b', '[a-z]+@[a-z.]+', 'con ?4', 'key=\\S{3,12}', '😀+', 'l?c?on'];
const redactions: readonly Redaction[] = [
  style('text'),
  style('label'),
  style('mask', 2),
  style('hash'),
  style('reversible'),
];

function pick<T>(random: (below: number) => number, from: readonly T[]): T {
  const picked = from[random(from.length)];
  if (picked === undefined) throw new Error('nothing to pick from');
  return picked;
}

function randomRules(random: (below: number) => number, actions: readonly Action[]): readonly GuardRule[] {
  return Array.from({ length: 1 + random(4) }, (_, index) => {
    const pattern = pick(random, patterns);
    return rule(`r${index}`, { pattern, action: pick(random, actions), redaction: pick(random, redactions) });
  });
}

function randomText(random: (below: number) => number): string {
  return Array.from({ length: random(40) }, () => pick(random, words)).join('');
}

describe('a stream', () => {
  it('gives what the whole text gives, with the same findings, however it is cut', () => {
    const random = seededRandom(7).below;
    for (let round = 0; round < 400; round++) {
      const guard = guardOf(...randomRules(random, ['redact', 'redact', 'observe']));
      const text = randomText(random);
      const whole = guard.scan(text, 'assistant', vaultFor());
      for (const longest of [1, 3, 12]) {
        const result = streamed(guard, cut(text, random, longest));
        expect(result.text).toBe(whole.redactedText);
        expect(result.findings.map(row).sort()).toEqual(whole.findings.map(row).sort());
      }
    }
  });

  it('ends before what is blocked, however it is cut', () => {
    const random = seededRandom(11).below;
    let blocked = 0;
    for (let round = 0; round < 400; round++) {
      const guard = guardOf(...randomRules(random, ['redact', 'block']));
      const text = randomText(random);
      const whole = guard.scan(text, 'assistant', vaultFor());
      const first = whole.findings.find((finding) => finding.rule.action === 'block');
      const expected = whole.findings.filter((finding) => first === undefined || finding.start <= first.start);
      if (first !== undefined) blocked += 1;
      for (const longest of [1, 12]) {
        const result = streamed(guard, cut(text, random, longest));
        expect(result.text).toBe(whole.redactedText);
        expect(result.blockedBy).toBe(whole.blockedBy);
        expect(result.findings.map(row).sort()).toEqual(expected.map(row).sort());
      }
    }
    expect(blocked).toBeGreaterThan(50);
  });

  it('never lets out a part of what is found, nor half a character', () => {
    const random = seededRandom(13).below;
    const guard = guardOf(rule('number', { pattern: '[0-9]{4,9}', redaction: style('label') }), rule('😀 ?a'));
    for (let round = 0; round < 200; round++) {
      const { pieces } = streamed(guard, cut(randomText(random), random, 2));
      for (const piece of pieces) expect(piece.isWellFormed()).toBe(true);
      expect(pieces.join('')).not.toMatch(/[0-9]{4}/);
    }
  });

  it('never lets out half a character, also where no detector waits for the other half', () => {
    const quiet: Detector = {
      streaming: 'incremental',
      leftContext: 0,
      reach: 1,
      scan: () => {},
      hold: ({ length }) => length,
    };
    const guard = compileGuard([rule('quiet')], 'response', { detectorFor: () => quiet });
    expect(streamed(guard, ['a\ud83d', '\ude00b', '\ud83d']).pieces).toEqual(['a', '😀b', '', '\ud83d']);
  });

  it('keeps what an observing rule still waits for', () => {
    const watched = rule('watched', { pattern: 'b[0-9]{300}e', action: 'observe' });
    const text = `a b${'7'.repeat(300)}e, b${'7'.repeat(400)}`;
    const { text: output, findings } = streamed(
      guardOf(watched, rule('falcon')),
      cut(text, seededRandom(19).below, 12),
    );
    expect(output).toBe(text);
    expect(findings.map(row)).toEqual(['2 304 watched watched 1']);
  });

  it('does not look into the tokens of its request', () => {
    const random = seededRandom(29).below;
    const guard = guardOf(rule('word', { pattern: '[a-z0-9]{5,12}' }), rule('id', { pattern: '_[a-z0-9]{3}' }));
    const vault = vaultFor();
    const parts = [
      vault.issue('EMAIL', 'ana'),
      vault.issue('IBAN_CODE', 'ben'),
      'EMAIL',
      '_',
      'IBAN_COD',
      ' ',
      'abcdefg',
      'x'.repeat(90),
    ];
    for (let round = 0; round < 150; round++) {
      const text = Array.from({ length: random(14) }, () => pick(random, parts)).join('');
      const whole = guard.scan(text, 'assistant', vault);
      const result = streamed(guard, cut(text, random, 1 + random(20)), vault);
      expect(result.text).toBe(whole.redactedText);
      expect(result.findings.map(row).sort()).toEqual(whole.findings.map(row).sort());
    }
    const spaced = parts.slice(0, 2).join(' ');
    expect(streamed(guard, cut(spaced, random, 3), vault).text).toBe(spaced);
  });

  it('lets prose out at once', () => {
    const { pieces } = streamed(guardOf(rule('[0-9]{4,9}')), ['The quick ', 'brown fox', ' jumps.']);
    expect(pieces).toEqual(['The quick ', 'brown fox', ' jumps.', '']);
  });

  it('holds back no more than it says, also in an endless chain of overlapping findings', () => {
    const guard = guardOf(rule('abc'), rule('cda'));
    const text = 'abcd'.repeat(2500);
    const whole = guard.scan(text, 'assistant', vaultFor()).redactedText;
    const result = streamed(guard, cut(text, seededRandom(3).below, 12));
    const bound = Math.max(...guard.explain().map((row) => row.holdBack));
    expect(result.text).toBe(whole);
    expect(whole.length).toBeLessThan(200);
    expect(bound).toBeLessThan(1100);
    expect(result.mostHeld).toBeLessThanOrEqual(bound);
  });

  it('knows nothing of the channel beside it', () => {
    const guard = guardOf(rule('falcon'));
    const sink = new DecisionDraft();
    const one = guard.stream('assistant', vaultFor(), sink);
    const other = guard.stream('assistant', vaultFor(), sink);
    const texts = [
      one?.push('fal'),
      other?.push('con'),
      one?.push('cons'),
      other?.push(' fal'),
      one?.end(),
      other?.end(),
    ];
    expect(texts).toEqual(['', 'con', '[REDACTED]s', ' ', '', 'fal']);
    expect(sink.finish().tallies).toMatchObject([{ rule: 'falcon', count: 1 }]);
  });

  it('gives nothing any more after a block', () => {
    const guard = guardOf(rule('stop', { action: 'block' }), rule('four', { pattern: '[0-9]{4}' }));
    const { pieces, blockedBy } = streamed(guard, ['go 1234 on st', 'op now', ' and more']);
    expect(pieces).toEqual(['go [REDACTED] on ', '', '', '']);
    expect(blockedBy?.name).toBe('stop');
  });

  it('does not wait for rules that only observe', () => {
    const guard = guardOf(rule('observed', { pattern: '[0-9]{4,9}', action: 'observe' }));
    const { pieces, findings } = streamed(guard, ['card 41', '11 is', ' it']);
    expect(pieces).toEqual(['card 41', '11 is', ' it', '']);
    expect(findings.map(row)).toEqual(['5 9 observed observed 1']);
  });
});

const injection = { kind: 'injection', sensitivity: 'medium', threshold: undefined } as const;

describe('a stream with a rule that wants the whole text', () => {
  it('is held until its end when the rule asks for it', () => {
    const guard = guardOf(rule('whole', { detector: injection, streaming: 'buffer' }), rule('falcon'));
    const { pieces } = streamed(guard, ['evil falcon', ' is evil', ' please']);
    expect(pieces).toEqual(['', '', '', '[REDACTED] [REDACTED] is [REDACTED] please']);
  });

  it('is observed as a whole without being held', () => {
    const guard = guardOf(
      rule('whole', { detector: injection, streaming: 'buffer', action: 'observe' }),
      rule('falcon'),
    );
    const { pieces, findings } = streamed(guard, ['evil falcon', ' is evil', ' please']);
    expect(pieces).toEqual(['evil [REDACTED]', ' is evil', ' please', '']);
    expect(findings.map((finding) => finding.entity).sort()).toEqual(['evil', 'evil', 'falcon']);
  });

  it('is judged in windows, which do not depend on how it is cut', () => {
    const random = seededRandom(17).below;
    const guard = guardOf(rule('whole', { detector: injection }));
    for (const surplus of [0, 1, 700, 2500]) {
      const text = `${'evil and '.repeat(100)}please${' more evil'.repeat(100)}${'x'.repeat(surplus)} evil`;
      const whole = guard.scan(text, 'assistant', vaultFor());
      const result = streamed(guard, cut(text, random, 300));
      expect(whole.redactedText).not.toContain('evil and');
      expect(new Set(whole.findings.map(row)).size).toBe(whole.findings.length);
      expect(result.text).toBe(whole.redactedText);
      expect(result.findings.map(row).sort()).toEqual(whole.findings.map(row).sort());
    }
  });

  it('never lets out half a character at the end of a window', () => {
    const guard = guardOf(rule('whole', { detector: injection }));
    const text = `x${'😀'.repeat(3000)}`;
    const { pieces } = streamed(guard, cut(text, seededRandom(23).below, 300));
    expect(pieces.join('')).toBe(text);
    expect(pieces.every((piece) => piece.isWellFormed())).toBe(true);
  });

  it('ends when more would have to be buffered than there is room for', () => {
    const guard = guardOf(rule('whole', { detector: injection, streaming: 'buffer' }));
    const { text, blockedBy, findings } = streamed(guard, Array<string>(5).fill('x'.repeat(300_000)));
    expect({ text, blockedBy: blockedBy?.name }).toEqual({ text: '', blockedBy: 'whole' });
    expect(findings.map((finding) => finding.entity)).toEqual([holdBackExceeded]);
  });
});

describe('a detector that holds back more than it said', () => {
  const greedy: Detector = {
    streaming: 'incremental',
    leftContext: 0,
    reach: 5,
    scan: () => {},
    hold: (_, from) => from,
  };
  const chunks = Array<string>(30).fill('0123456789'.repeat(10));

  it('ends the stream', () => {
    const guard = compileGuard([rule('greedy')], 'response', { detectorFor: () => greedy });
    const { text, blockedBy } = streamed(guard, chunks);
    expect({ text, blockedBy: blockedBy?.name }).toEqual({ text: '', blockedBy: 'greedy' });
  });

  it('has the rest masked if its rule says so', () => {
    const guard = compileGuard([rule('greedy', { atHoldBackLimit: 'mask' })], 'response', {
      detectorFor: () => greedy,
    });
    const { text, blockedBy } = streamed(guard, chunks);
    expect({ text, blockedBy }).toEqual({ text: '[REDACTED]', blockedBy: undefined });
  });

  it('changes nothing if its rule observes', () => {
    const guard = compileGuard([rule('greedy', { action: 'observe' })], 'response', { detectorFor: () => greedy });
    expect(streamed(guard, chunks).text).toBe(chunks.join(''));
  });
});

it('an entity can have a redaction of its own', () => {
  const special = rule('r', { pattern: 'falcon', redactionByEntity: new Map([['r', style('label')]]) });
  expect(redactionOf(special, 'r').style).toBe('label');
  expect(streamed(guardOf(special), ['falc', 'on']).text).toBe('[R]');
});
