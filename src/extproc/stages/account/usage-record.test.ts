import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, keyIn, modelIn, providerIn } from '../../testing/exchange-of.ts';
import { Meter } from './meter.ts';
import { usageRecord } from './usage-record.ts';

const guide = readFileSync(new URL('../../../../docs/guides/usage.md', import.meta.url), 'utf8');

describe('a usage record', () => {
  it('has the fields that the guide shows and explains', () => {
    const program = programOf({
      keys: [{ name: 'k', user: 'u', team: 't', project: 'p' }],
      providers: [{ name: 'a' }],
      models: [{ name: 'm' }],
    });
    const json = { model: 'm', messages: [{ role: 'user', content: 'hello' }], stream: true };
    const target = { provider: 'a', model: 'up', priority: 0, weight: 1, modelEdit: undefined, pricing: undefined };
    const exchange = exchangeOf(program, {
      key: keyIn(program, 'k'),
      model: modelIn(program, 'm'),
      targets: [{ target: target as never, provider: providerIn(program, 'a') }],
      body: Buffer.from(JSON.stringify(json)),
      ...{ json, isStream: true, hasLeft: true, attempts: 1, status: 200, ending: 'done' },
    });
    const meter = new Meter(exchange, 'chat.completions', json);
    meter.isEvents = true;
    meter.bytes(Buffer.from('data: {}\n\n'));
    meter.firstToken();
    meter.value({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: { prompt_tokens: 1 } });

    const fields = Object.keys(usageRecord(exchange, meter, 'done', 0, performance.now()));
    const shown = /```json\n(\{\n {2}"kind": "usage".*?\n\})\n```/s.exec(guide)?.[1] ?? '{}';
    expect(Object.keys(JSON.parse(shown))).toEqual(fields);
    const [, table = ''] = guide.split(shown);
    const explained = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+) +\|/gm)].flatMap(([, names = '']) =>
      names.match(/\w+/g),
    );
    expect(explained).toEqual(fields);
  });
});
