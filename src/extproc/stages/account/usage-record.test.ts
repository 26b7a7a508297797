import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import type { Ending } from '../../exchange.ts';
import { type ExchangeFields, exchangeOf, keyIn, modelIn, providerIn } from '../../testing/exchange-of.ts';
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

/** Of a request with two targets, the second of which has no name of its own for the model. */
function recordOf(fields: ExchangeFields, how: Ending = 'done', meter?: Meter) {
  const program = programOf({
    keys: [{ name: 'k', user: 'u', team: '', project: 'p' }],
    providers: [{ name: 'a' }, { name: 'b' }],
    models: [{ name: 'm' }],
  });
  const target = { priority: 0, weight: 1, modelEdit: undefined, pricing: undefined };
  const targets = [
    { target: { ...target, provider: 'a', model: 'up' } as never, provider: providerIn(program, 'a') },
    { target: { ...target, provider: 'b', model: '' } as never, provider: providerIn(program, 'b') },
  ];
  const exchange = exchangeOf(program, {
    key: keyIn(program, 'k'),
    targets,
    modelAsWritten: 'as-written',
    startedAt: 1_000,
    ...fields,
  });
  return usageRecord(exchange, meter, how, Date.UTC(2026, 10, 22), 1_234.56);
}

describe('how a request has ended', () => {
  const rejection = (code: string) => ({ rejection: { code: code as never, params: {} } });

  it.each<[string, Ending, ExchangeFields]>([
    ['done', 'done', { status: 200, attempts: 1 }],
    ['done', 'done', { status: 399, attempts: 1 }],
    ['provider failed', 'done', { status: 400, attempts: 1 }],
    ['timed out', 'timedOut', { attempts: 1 }],
    ['caller aborted', 'reset', { status: 500, attempts: 1 }],
    ['rejected', 'rejected', { attempts: 0 }],
    ['provider failed', 'rejected', { attempts: 2 }],
    ['timed out', 'rejected', { attempts: 1, ...rejection('provider_timeout') }],
    ['budget ended', 'rejected', { attempts: 1, ...rejection('budget_exceeded') }],
    ['rejected', 'rejected', { attempts: 0, ...rejection('budget_exceeded') }],
    ['blocked', 'rejected', { attempts: 1, ...rejection('guardrail_violation') }],
    ['blocked', 'rejected', { attempts: 1, ...rejection('guardrail_unavailable') }],
    ['rejected', 'rejected', { attempts: 0, ...rejection('guardrail_violation') }],
  ])('is said to be %s, by %s and %o', (ending, how, fields) => {
    expect(recordOf(fields, how).ending).toBe(ending);
  });
});

describe('who is said to have answered', () => {
  it('is nobody before an attempt', () => {
    const record = recordOf({ attempts: 0 });
    for (const name of ['provider', 'providerModel', 'tokens', 'cost', 'firstByteMs', 'firstTokenMs', 'refusedBy']) {
      expect(record).not.toHaveProperty(name);
    }
    expect(record.attempts).toEqual([]);
  });

  it('is the target of the last attempt, by what the model is called there', () => {
    expect(recordOf({ attempts: 1, outcome: { status: 200 } })).toMatchObject({
      ...{ provider: 'a', providerModel: 'up' },
      attempts: [{ provider: 'a', providerModel: 'up', status: 200 }],
    });
    const trail = { latest: 2, outcomeOf: (attempt: number) => ({ status: 500 + attempt }) } as never;
    expect(recordOf({ attempts: 2, outcome: { status: 200 }, trail })).toMatchObject({
      ...{ provider: 'b', providerModel: 'as-written' },
      attempts: [
        { provider: 'a', providerModel: 'up', status: 501 },
        { provider: 'b', providerModel: 'as-written', status: 200 },
      ],
    });
  });

  it('is as far as a later attempt has told, where the caller did not wait', () => {
    const trail = { latest: 2, outcomeOf: (attempt: number) => ({ status: 500 + attempt }) } as never;
    const { attempts } = recordOf({ attempts: 0, trail }, 'reset');
    expect(attempts).toMatchObject([{ provider: 'a', status: 501 }, { provider: 'b' }]);
    expect(attempts[1]).not.toHaveProperty('status');
  });
});

describe('who has asked, and when', () => {
  it('is said as far as the key says it', () => {
    const record = recordOf({});
    expect(record).toMatchObject({ key: 'k', user: 'u', project: 'p' });
    expect(record).not.toHaveProperty('team');
    expect(record).not.toHaveProperty('model');
    const stranger = recordOf({ key: undefined, api: undefined });
    expect(stranger.api).toBe('unknown');
    for (const name of ['key', 'user', 'project']) expect(stranger).not.toHaveProperty(name);
  });

  it('is so many milliseconds before the first byte, and before the first token', () => {
    const fields: ExchangeFields = { body: Buffer.from('{}'), attempts: 1 };
    const meter = new Meter(exchangeOf(programOf({}), fields), 'chat.completions', {});
    expect(recordOf(fields, 'done', meter)).not.toHaveProperty('firstByteMs');
    Object.assign(meter, { firstByteAt: 1_100.04, firstTokenAt: 1_200.26 });
    expect(recordOf(fields, 'done', meter)).toMatchObject({ firstByteMs: 100, firstTokenMs: 200.3, durationMs: 234.6 });
  });

  it('is the moment it came, by the clock of its end', () => {
    expect(recordOf({})).toMatchObject({ durationMs: 234.6, time: '2026-11-21T23:59:59.765Z' });
  });

  it('is beside the limit that has refused it', () => {
    const rejection = { code: 'rate_limited', params: { limit: 'per-minute' } } as const;
    expect(recordOf({ rejection }, 'rejected').refusedBy).toEqual(['per-minute']);
  });

  it('is beside those that would have refused it', () => {
    expect(recordOf({ exceeded: ['month', 'hour'] }).exceeded).toEqual(['month', 'hour']);
    expect(recordOf({})).not.toHaveProperty('exceeded');
  });
});
