import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Vault } from '../../../guard/redaction/vault.ts';
import { exchangeOf } from '../../testing/exchange-of.ts';
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
});
