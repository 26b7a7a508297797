import { describe, expect, it } from 'vitest';
import { Vault } from './redaction/vault.ts';
import type { RemoteVerdict } from './remote-judge.ts';
import { applyVerdicts } from './remote-verdicts.ts';
import type { Action } from './rule.ts';
import { rule, style } from './testing/rules.ts';

const vault = new Vault(new Uint8Array(32), 'c1');
const texts = [
  { text: 'be kind', role: 'user' },
  { text: 'be mean', role: 'user' },
] as const;

function remote(name: string, action: Action, onFailure: 'closed' | 'open' = 'closed') {
  return rule(name, { action, remote: { timeoutMs: 100, onFailure, mostConcurrent: 1, cacheMs: 0 } });
}

const mean = { text: 1, start: 3, end: 7, entity: 'harm', score: 0.8 };
const found: RemoteVerdict = { kind: 'found', spans: [mean] };
const replaced: RemoteVerdict = { kind: 'replaced', texts: ['be kind', 'be nice'], reasons: [] };
const flagged: RemoteVerdict = { kind: 'blocked', reasons: [{ text: 1, entity: 'harm', score: 0.8 }] };
const failed: RemoteVerdict = { kind: 'failed', reason: 'timeout' };

describe('the answer of a service', () => {
  it.each<[RemoteVerdict, Action, string, readonly string[]]>([
    [{ kind: 'allow' }, 'block', 'allow', ['be kind', 'be mean']],
    [found, 'observe', 'observe', ['be kind', 'be mean']],
    [found, 'redact', 'redact', ['be kind', 'be [REDACTED]']],
    [found, 'block', 'block', []],
    [replaced, 'observe', 'observe', ['be kind', 'be mean']],
    [replaced, 'redact', 'redact', ['be kind', 'be nice']],
    [replaced, 'block', 'block', []],
    [flagged, 'observe', 'observe', ['be kind', 'be mean']],
    [flagged, 'redact', 'redact', ['be kind', '[REDACTED]']],
    [flagged, 'block', 'block', []],
    [failed, 'observe', 'observe', ['be kind', 'be mean']],
    [failed, 'redact', 'block', []],
    [failed, 'block', 'block', []],
  ])('%j to a rule that would %s comes to %s', (verdict, action, expected, expectedTexts) => {
    const judgement = applyVerdicts(texts, [{ rule: remote('r', action), verdict }], vault, 'request');
    expect(judgement.verdict).toBe(expected);
    expect(judgement.texts).toEqual(expectedTexts);
    expect(judgement.blockedBy?.name).toBe(expected === 'block' ? 'r' : undefined);
  });

  it('that does not come is passed over where the rule fails open, and recorded', () => {
    const open = remote('open', 'block', 'open');
    const judgement = applyVerdicts(texts, [{ rule: open, verdict: failed }], vault, 'request');
    expect([judgement.verdict, judgement.blockedBy]).toEqual(['observe', undefined]);
    expect(judgement.texts).toEqual(['be kind', 'be mean']);
    expect(judgement.failedOpen).toEqual([open]);
    expect(judgement.findings.map((finding) => finding.entity)).toEqual(['unjudged:timeout']);
    const judged = applyVerdicts(texts, [{ rule: open, verdict: { kind: 'allow' } }], vault, 'request');
    expect(judged.failedOpen).toEqual([]);
  });

  it('is recorded with its reasons, and without any as flagged', () => {
    const recorded = (verdict: RemoteVerdict) =>
      applyVerdicts(texts, [{ rule: remote('r', 'observe'), verdict }], vault, 'request').findings;
    expect(recorded(flagged)).toMatchObject([{ entity: 'harm', score: 0.8, start: 0, end: 0 }]);
    expect(recorded({ kind: 'blocked', reasons: [] })).toMatchObject([{ entity: 'flagged', score: 1 }]);
  });

  it('that cannot be had together with another one hides the text', () => {
    const answers = [
      { rule: remote('a', 'redact'), verdict: replaced },
      { rule: { ...remote('b', 'redact'), redaction: style('label') }, verdict: found },
    ];
    expect(applyVerdicts(texts, answers, vault, 'request').texts).toEqual(['be kind', '[B]']);
  });

  it('that lacks a text hides it, and one with positions beyond the text does no harm', () => {
    const short: RemoteVerdict = { kind: 'replaced', texts: ['be kind'], reasons: [] };
    const beyond: RemoteVerdict = {
      kind: 'found',
      spans: [
        { ...mean, start: -3, end: 2 },
        { ...mean, start: -3, end: -1 },
        { ...mean, start: 4, end: 4 },
        { ...mean, start: 6, end: 99 },
      ],
    };
    const texts0 = applyVerdicts(texts, [{ rule: remote('a', 'redact'), verdict: short }], vault, 'request').texts;
    const texts1 = applyVerdicts(texts, [{ rule: remote('a', 'redact'), verdict: beyond }], vault, 'request').texts;
    expect([texts0, texts1]).toEqual([
      ['be kind', '[REDACTED]'],
      ['be kind', '[REDACTED] mea[REDACTED]'],
    ]);
  });
});
