import { describe, expect, it } from 'vitest';
import { DecisionDraft } from './decision.ts';
import { compileGuard } from './guard.ts';
import { Vault } from './redaction/vault.ts';
import type { Action, GuardRule } from './rule.ts';
import { AnswerChannel } from './stream/answer-channel.ts';
import { context, rule, style } from './testing/rules.ts';

const vault = new Vault(new TextEncoder().encode('a secret of the tests'), 'c1');

function scan(text: string, ...rules: readonly GuardRule[]) {
  return compileGuard(rules, 'request', context).scan(text, 'user', vault);
}

describe('several rules', () => {
  it.each<[readonly Action[], string]>([
    [['observe', 'observe'], 'observe'],
    [['observe', 'redact'], 'redact'],
    [['redact', 'observe'], 'redact'],
    [['redact', 'block'], 'block'],
    [['block', 'redact'], 'block'],
    [['observe', 'block'], 'block'],
  ])('that %j come to %s, and each finding is recorded', (actions, verdict) => {
    const rules = actions.map((action, index) => rule(`r${index}`, { pattern: 'falcon', action }));
    const judgement = scan('the falcon', ...rules);
    expect(judgement.verdict).toBe(verdict);
    expect(judgement.findings.map((finding) => finding.rule.name).sort()).toEqual(['r0', 'r1']);
    expect(judgement.blockedBy !== undefined).toBe(verdict === 'block');
  });

  it('allow what none of them finds, and give the text itself', () => {
    expect(scan('nothing here', rule('falcon'))).toMatchObject({ verdict: 'allow', redactedText: 'nothing here' });
  });

  it.each([
    ['the longest finding says what stands there', 'xabcdefx', ['abc', 'bcdef'], 'x[BCDEF]x'],
    ['among equals the first rule does', 'abcd', ['abc', 'bcd'], '[ABC]'],
    ['a finding within another adds nothing', 'abcdef', ['cd', 'abcdef'], '[ABCDEF]'],
    ['neighbours stay apart', 'abcd', ['ab', 'cd'], '[AB][CD]'],
    ['chains are one', 'abcdefg', ['abc', 'cde', 'efg'], '[ABC]'],
  ])('redact what overlaps as one: %s', (_title, text, patterns, expected) => {
    const rules = patterns.map((pattern) => rule(pattern, { redaction: style('label') }));
    expect(scan(text, ...rules).redactedText).toBe(expected);
  });

  it('leave nothing at the end of a mask that another rule hides', () => {
    const masked = rule('m', { pattern: '[0-9]{8}', redaction: style('mask', 4) });
    expect(scan('12345678', masked).redactedText).toBe('****5678');
    expect(scan('12345678', masked, rule('o', { pattern: '56' })).redactedText).toBe('******78');
    expect(scan('12345678', masked, rule('o', { pattern: '78' })).redactedText).toBe('********');
    expect(scan('12345678', masked, rule('o', { pattern: '78', action: 'observe' })).redactedText).toBe('****5678');
  });
});

describe('a guard', () => {
  it('applies the rules of its phase to the texts of their roles', () => {
    const rules = [
      rule('request', { onResponse: false, roles: new Set(['user']) }),
      rule('response', { onRequest: false }),
    ];
    const request = compileGuard(rules, 'request', context);
    const response = compileGuard(rules, 'response', context);
    expect([request.watches('user'), request.watches('system'), response.watches('system')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(request.scan('request response', 'user', vault).redactedText).toBe('[REDACTED] response');
    expect(request.scan('request response', 'system', vault).redactedText).toBe('request response');
    expect(request.stream('system', vault, new DecisionDraft())).toBeUndefined();
  });

  it('makes one detector for equal specs', () => {
    let made = 0;
    const counting = {
      detectorFor: (spec: Parameters<typeof context.detectorFor>[0]) => {
        made += 1;
        return context.detectorFor(spec);
      },
    };
    const rules = [
      rule('a', { pattern: 'x' }),
      rule('b', { pattern: 'x', action: 'observe' }),
      rule('c', { pattern: 'y' }),
    ];
    const guard = compileGuard(rules, 'response', counting);
    guard.explain();
    expect(made).toBe(2);
  });

  it('keeps rules that ask a service apart', () => {
    const webhook = rule('hook', {
      detector: {
        kind: 'webhook',
        url: 'https://guard.example',
        headers: [],
        credentialHeader: '',
        credentialPrefix: '',
        credential: '',
        ca: '',
      },
    });
    const guard = compileGuard([webhook], 'request', context);
    expect(guard.remoteRules('user')).toEqual([webhook]);
    expect(guard.watches('user')).toBe(false);
  });

  it('says how each rule treats a stream', () => {
    const injection = { kind: 'injection', sensitivity: 'low', threshold: undefined } as const;
    const rules = [
      rule('p', { pattern: 'falcon' }),
      rule('o', { pattern: 'falcon', action: 'observe' }),
      rule('w', { detector: injection }),
      rule('b', { detector: injection, streaming: 'buffer' }),
    ];
    const explained = compileGuard(rules, 'response', context).explain();
    expect(explained.map((row) => [row.rule, row.streaming, row.holdBack])).toEqual([
      ['p', 'incremental', 1031],
      ['o', 'incremental', 0],
      ['w', 'window', 4097],
      ['b', 'buffer', 1048576],
    ]);
    expect(compileGuard(rules, 'request', context).explain()[2]?.streaming).toBe('none');
  });
});

describe('a decision', () => {
  it('counts by rule and entity, and holds nothing that was found', () => {
    const draft = new DecisionDraft();
    const rules = [
      rule('digits', { pattern: '[0-9]+' }),
      rule('stop', { pattern: 'halt', action: 'block', severity: 'high' }),
    ];
    const judgement = scan('4111 and 22 then halt', ...rules);
    draft.addAll(judgement.findings);
    if (judgement.blockedBy !== undefined) draft.block(judgement.blockedBy);
    const decision = draft.finish();
    expect(decision).toEqual({
      verdict: 'block',
      blockedBy: { guardrail: 'tests', rule: 'stop' },
      tallies: [
        {
          guardrail: 'tests',
          rule: 'digits',
          action: 'redact',
          severity: 'medium',
          entity: 'digits',
          count: 2,
          score: 1,
        },
        { guardrail: 'tests', rule: 'stop', action: 'block', severity: 'high', entity: 'stop', count: 1, score: 1 },
      ],
    });
    expect(JSON.stringify([decision, judgement.findings])).not.toContain('4111');
  });

  it('without findings is to allow', () => {
    expect(new DecisionDraft().finish()).toEqual({ verdict: 'allow', blockedBy: undefined, tallies: [] });
  });
});

describe('an answer on its way to the caller', () => {
  const rules = [
    rule('mail', { pattern: '[a-z]+@[a-z]+\\.org', redaction: style('reversible') }),
    rule('no', { action: 'block' }),
  ];
  const own = new Vault(new TextEncoder().encode('a secret of the tests'), 'c1');
  const token = compileGuard(rules, 'request', context).scan('ana@example.org', 'user', own).redactedText;
  const response = compileGuard(rules, 'response', context);

  function channel(): AnswerChannel {
    return new AnswerChannel(response.stream('assistant', own, new DecisionDraft()), own.index);
  }

  it('gets the own values of the caller back, and those alone', () => {
    const answer = channel();
    const pieces = [`Dear ${token.slice(0, 9)}`, `${token.slice(9)}, ask eve@example`, '.org', ' now'].map((text) =>
      answer.push(text),
    );
    const text = pieces.join('') + answer.end();
    expect(text).toMatch(/^Dear ana@example\.org, ask MAIL|^Dear ana@example\.org, ask [A-Z]/);
    expect(text).not.toContain('eve@');
    expect(answer.restored).toBe(1);
  });

  it('ends with what was allowed before a block', () => {
    const answer = channel();
    expect([answer.push(`for ${token.slice(0, 4)} no`), answer.push(' more'), answer.end()]).toEqual([
      `for ${token.slice(0, 4)} `,
      '',
      '',
    ]);
    expect(answer.blockedBy?.name).toBe('no');
  });

  it('passes through where nothing is to be done', () => {
    const answer = new AnswerChannel(undefined, undefined);
    expect([answer.push('a'), answer.push('b'), answer.end()]).toEqual(['a', 'b', '']);
  });
});
