import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { base, chat, delta, done, events, gateway, guardrail, program, rule, ticket } from './testing/gateway.ts';

describe('what is recorded', () => {
  it('says who asked, what was found how often, and never what it was', () => {
    const { ask, records } = gateway(program(guardrail('g', [rule('r', 'redact', { severity: 3 })])));
    const asked = ask(chat(`${ticket} and TCK-654321`));
    asked.receive(events, delta('TCK-1'), delta('11111 is it'), done);
    expect(asked.text).not.toContain('11111');
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      kind: 'decision',
      time: '2025-06-15T15:06:40.000Z',
      requestId: 'r-1',
      verdict: 'redact',
      key: 'red',
      user: 'ana',
      team: 'reds',
      project: 'p',
      api: 'chat.completions',
      guardrails: [{ name: 'g', version: 'g-1' }],
      blockedBy: null,
      findings: [{ guardrail: 'g', rule: 'r', action: 'redact', severity: 'high', count: 3 }],
      ending: 'done',
    });
    expect(records[0]?.localMs.request).toBeGreaterThan(0);
    expect(records[0]?.localMs.response).toBeGreaterThan(0);
    expect(JSON.stringify(records)).not.toMatch(/123456|654321|11111|TCK/);
  });

  it('says how long each local rule took, where records have a place to go', () => {
    const rules = [rule('r', 'redact'), rule('same', 'observe'), rule('other', 'observe', { onRequest: false })];
    const guardrails = [guardrail('g', rules)];
    const recorded = { settings: { decisionRecords: { file: '/dev/null' } } };
    for (const start of [programOf({ ...base, guardrails, ...recorded }), program(...guardrails)]) {
      const { ask, records } = gateway(start);
      ask(chat(ticket)).receive(events, delta('TCK-1'), delta('11111 is it'), done);
      const taken = records[0]?.ruleMs ?? [];
      if (start.settings.decisionRecords.file === '') expect(taken).toEqual([]);
      else {
        expect(taken.map(({ guardrail: of, rule: name }) => `${of}/${name}`)).toEqual(['g/r', 'g/same', 'g/other']);
        for (const { ms } of taken) expect(ms).toBeGreaterThan(0);
      }
    }
  });

  it('is nothing where no guardrail applies', () => {
    const { ask, records } = gateway(program(guardrail('g', [rule('r', 'block')], { scope: { keys: ['blue'] } })));
    ask(chat(ticket)).handler.end();
    expect(records).toEqual([]);
  });
});
