import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { Vault } from '../redaction/vault.ts';
import type { RemoteVerdict } from '../remote-judge.ts';
import type { Action, GuardRule } from '../rule.ts';
import { cut, rule } from '../testing/rules.ts';
import { JudgedChannel } from './judged-channel.ts';
import { windowOverlap, windowSize } from './windowed.ts';

const vault = new Vault(new Uint8Array(32), 'c1');

/** A service that knows one word. */
function findsEvil(text: string): RemoteVerdict {
  const spans = [...text.matchAll(/evil/g)].map(({ index }) => ({
    text: 0,
    start: index,
    end: index + 4,
    entity: 'evil',
    score: 1,
  }));
  return { kind: 'found', spans };
}

function remoteRule(action: Action): GuardRule {
  const remote = { timeoutMs: 100, onFailure: 'closed', mostConcurrent: 1, cacheMs: 0 } as const;
  return rule('remote', { action, remote });
}

function run(chunks: readonly string[], streaming: 'buffer' | 'window', action: Action, ask = findsEvil) {
  const channel = new JudgedChannel('assistant', streaming);
  const asking = remoteRule(action);
  const judged: string[] = [];
  let output = '';
  let found = 0;
  let isBlocked = false;
  const judge = (): void => {
    for (let asked = channel.next(); asked !== undefined && !isBlocked; asked = channel.next()) {
      judged.push(asked[0].text);
      const judgement = channel.settle([{ rule: asking, verdict: ask(asked[0].text) }], vault);
      output += judgement.texts.join('');
      found += judgement.findings.length;
      isBlocked = judgement.blockedBy !== undefined;
    }
  };
  for (const chunk of chunks) {
    channel.push(chunk);
    judge();
  }
  channel.end();
  judge();
  return { output, judged, found, isBlocked, held: channel.held };
}

const filler = 'all is well and '.repeat(95);

describe('a channel that a service judges', () => {
  it.each(['buffer', 'window'] as const)(
    'gives what the whole text gives, in mode %s, however it is cut',
    (streaming) => {
      const random = seededRandom(31).below;
      for (let round = 0; round < 40; round++) {
        const text = Array.from({ length: 4 }, () => `${filler.slice(random(filler.length))}evil`).join('');
        const result = run(cut(text, random, 400), streaming, 'redact');
        expect(result.output).toBe(text.replaceAll('evil', '[REDACTED]'));
        expect(result.found).toBe(4);
      }
    },
  );

  it('is judged in windows that overlap, and held back until both have been judged', () => {
    const text = 'x'.repeat(windowSize - 2);
    expect(run([text, 'evil', text], 'window', 'redact').output).toBe(`${text}[REDACTED]${text}`);
    const [first, second] = run([text, 'evil', text], 'window', 'redact').judged;
    expect(first?.length).toBe(windowSize);
    expect(second?.startsWith('x'.repeat(windowOverlap - 2).concat('evil'))).toBe(true);
  });

  it('keeps what was found in both windows hidden when it is found in the first one only', () => {
    const text = 'x'.repeat(windowSize - 100);
    // Finds nothing where the text before it is another one.
    const forgetful = (window: string): RemoteVerdict =>
      window.startsWith(text) ? findsEvil(window) : { kind: 'allow' };
    const result = run([text, 'evil', text], 'window', 'redact', forgetful);
    expect(result.output).toBe(`${text}[REDACTED]${text}`);
    expect(result.found).toBe(1);
  });

  it('gives nothing any more after a block', () => {
    const result = run([filler, filler, 'evil', filler, filler], 'window', 'block');
    expect(result.isBlocked).toBe(true);
    expect(filler.repeat(2).startsWith(result.output)).toBe(true);
    expect(result.held).toBe(0);
  });

  it('takes a wording of the service for a whole window', () => {
    const shout = (text: string): RemoteVerdict => ({ kind: 'replaced', texts: [text.toUpperCase()], reasons: [] });
    expect(run([filler, filler], 'window', 'redact', shout).output).toBe((filler + filler).toUpperCase());
  });

  it('never cuts a character in half', () => {
    for (const before of ['', 'x']) {
      const text = before + '😀'.repeat(3_000);
      const { output, judged } = run([text.slice(0, 2_047), text.slice(2_047)], 'window', 'redact');
      expect(output).toBe(text);
      expect(judged.length).toBeGreaterThan(2);
      expect(judged.every((window) => window.isWellFormed())).toBe(true);
    }
  });
});
