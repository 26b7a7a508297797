import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Vault } from '../../../guard/redaction/vault.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, keyIn, modelIn } from '../../testing/exchange-of.ts';
import { decisionRecord } from './decision-record.ts';
import { Guarded } from './guarded.ts';
import { createGuards } from './guards.ts';

const guide = readFileSync(new URL('../../../../docs/guides/guardrails.md', import.meta.url), 'utf8');

describe('a decision record', () => {
  it('has the fields that the guide shows and explains', () => {
    const guarded = new Guarded(createGuards()([]), new Vault(new Uint8Array(32), ''), (work) => work());
    const fields = Object.keys(decisionRecord(exchangeOf({}), guarded, 'done', 0));
    const shown = /```json\n(\{\n {2}"kind": "decision".*?\n\})\n```/s.exec(guide)?.[1] ?? '{}';
    expect(Object.keys(JSON.parse(shown))).toEqual(fields);
    const [, table = ''] = guide.split(shown);
    const explained = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) +\|/gm)].flatMap(([, names = '']) =>
      names.match(/\w+/g),
    );
    expect(explained).toEqual(fields);
  });

  it('says who asked for what, and how many tokens were turned back or were none', () => {
    const program = programOf({
      keys: [{ name: 'k', user: 'ana', team: 'reds', project: 'p' }],
      models: [{ name: 'm' }],
    });
    const guarded = new Guarded(createGuards()([]), new Vault(new Uint8Array(32), ''), (work) => work());
    guarded.restored = 3;
    guarded.leftovers = 2;
    const exchange = exchangeOf(program, { key: keyIn(program, 'k'), model: modelIn(program, 'm'), requestId: 'r-7' });
    expect(decisionRecord(exchange, guarded, 'reset', Date.UTC(2026, 10, 22))).toMatchObject({
      ...{ time: '2026-11-22T00:00:00.000Z', requestId: 'r-7', ending: 'reset', restored: 3, leftovers: 2 },
      ...{ key: 'k', user: 'ana', team: 'reds', project: 'p', model: 'm', verdict: 'allow', blockedBy: null },
    });
  });
});
