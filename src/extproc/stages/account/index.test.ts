import { describe, expect, it } from 'vitest';
import { BudgetUnit, Calendar, LimitUnit, StoreFailure } from '../../../gen/sluice/program/v1/program_pb.js';
import { compileCost } from '../../../limits/cost/expression.ts';
import type { UsageRecord } from '../../../llm/usage/record.ts';
import { type ProgramInit, programOf } from '../../../program/testing/program-of.ts';
import type { Ending } from '../../exchange.ts';
import { type ExchangeFields, exchangeOf, keyIn, providerIn } from '../../testing/exchange-of.ts';
import { responseHeadersMessage } from '../../testing/message.ts';
import { account, type MeasuredUsage } from './index.ts';

const recorded = { usageRecords: { file: '/nowhere' }, includeUsage: true };
const common = { onStoreFailure: StoreFailure.LOCAL, maxDistinct: 10, amount: 5n };
const window = { lengthMs: 60_000n };
const requests = { ...common, name: 'requests', unit: LimitUnit.REQUESTS, window };
const atOnce = { ...common, name: 'at-once', unit: LimitUnit.CONCURRENCY };
const tokens = { ...common, name: 'tokens', unit: LimitUnit.TOKENS, window };
const budget = { ...common, name: 'b', unit: BudgetUnit.TOKENS, period: { calendar: Calendar.MONTH, timeZone: 'UTC' } };
const weighted = { ...common, name: 'weighted', unit: LimitUnit.COST, cost: 'input_tokens', window };
const elsewhere = { scope: { keys: ['somebody-else'] } };

function open(init: ProgramInit, json: Readonly<Record<string, unknown>>, fields: ExchangeFields = {}) {
  const records: UsageRecord[] = [];
  const measured: MeasuredUsage[] = [];
  const stage = account({
    now: () => Date.UTC(2026, 10, 21),
    record: (record) => records.push(record),
    onUsage: (usage) => measured.push(usage),
  });
  const program = programOf({ keys: [{ name: 'k' }], providers: [{ name: 'a' }], ...init });
  const target = { provider: 'a', model: 'up', priority: 0, weight: 1, modelEdit: undefined, pricing: undefined };
  const exchange = exchangeOf(program, {
    key: keyIn(program, 'k'),
    targets: [{ target: target as never, provider: providerIn(program, 'a') }],
    body: Buffer.from(JSON.stringify(json)),
    json,
    isStream: json.stream === true,
    ...fields,
  });
  stage.request?.(exchange);
  return {
    exchange,
    records,
    measured,
    answered(contentType: string) {
      Object.assign(exchange, { hasLeft: true, attempts: 1, status: 200 });
      stage.responseHeaders?.(exchange, responseHeadersMessage({ ':status': '200', 'content-type': contentType }));
    },
    end(how: Ending) {
      exchange.ending = how;
      stage.end?.(exchange, how);
    },
  };
}

function costOf(text: string) {
  const compiled = compileCost(text);
  return compiled.ok ? compiled.value : expect.fail(compiled.error.message);
}

const question = { model: 'm', messages: [{ role: 'user', content: 'hello there' }] };

describe('the account stage', () => {
  it.each<[string, ProgramInit, boolean]>([
    ['nobody needs to know', {}, false],
    ['there are records', { settings: recorded }, true],
    ['a limit of tokens applies', { limits: [tokens] }, true],
    ['a limit of a cost applies', { limits: [weighted] }, true],
    ['a budget applies', { budgets: [budget] }, true],
    ['only requests are counted', { limits: [requests, atOnce] }, false],
    ['each request costs the same', { limits: [{ ...weighted, cost: '', perRequest: 7n }] }, false],
    ['a cost is added to what each costs', { limits: [{ ...weighted, perRequest: 7n }] }, true],
    [
      'all limits are for others',
      { limits: [{ ...tokens, ...elsewhere }], budgets: [{ ...budget, ...elsewhere }] },
      false,
    ],
  ])('where %s, measures: %3$s', (_, init, isMeasured) => {
    const { exchange } = open(init, question);
    expect(exchange.metering !== undefined).toBe(isMeasured);
    expect(exchange.listener !== undefined).toBe(isMeasured);
  });

  it('measures nothing of a request without a body that is JSON, or to an API that nobody knows', () => {
    for (const fields of [{ json: undefined }, { api: undefined }]) {
      const { exchange } = open({ settings: recorded }, question, fields);
      expect([exchange.metering, exchange.listener]).toEqual([undefined, undefined]);
    }
  });

  it('asks streams for usage and hides it, unless the caller asks or policy says no', () => {
    const stream = { ...question, stream: true };
    const edits = [{ name: 'stream_options', json: '{"include_usage":true}' }];
    expect(open({ settings: recorded }, stream).exchange).toMatchObject({ hidesUsage: true, bodyEdits: edits });
    const asking = { ...stream, stream_options: { include_usage: true } };
    expect(open({ settings: recorded }, asking).exchange).toMatchObject({ hidesUsage: false, bodyEdits: [] });
    const never = { settings: { ...recorded, includeUsage: false } };
    expect(open(never, stream).exchange).toMatchObject({ hidesUsage: false, bodyEdits: [] });
    expect(open({ settings: recorded }, question).exchange).toMatchObject({ hidesUsage: false, bodyEdits: [] });
  });

  it('records what the provider says, and tells the metrics', () => {
    const { exchange, records, measured, answered, end } = open({ settings: recorded }, question);
    answered('application/json');
    exchange.listener?.bytes(Buffer.from('{}'));
    exchange.listener?.value({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 } });
    end('done');
    expect(records).toMatchObject([
      { id: 'r-1', key: 'k', ending: 'done', tokens: { input: 7, output: 0, completeness: 'exact' } },
    ]);
    expect(measured).toMatchObject([{ provider: 'a', usage: { total: 7 }, cost: { kind: 'unknown' } }]);
  });

  it('records why an answer of one piece ended, and counts what the provider does not say of it', () => {
    const { exchange, records, answered, end } = open({ settings: recorded }, question);
    answered('application/json');
    exchange.listener?.value({
      choices: [{ index: 0, message: { content: 'four words of text' }, finish_reason: 'length' }],
      usage: { prompt_tokens: 9 },
    });
    end('done');
    expect(records).toMatchObject([
      { finishReason: 'length', tokens: { input: 9, output: 4, source: 'counted', completeness: 'partial' } },
    ]);
  });

  const inBackground = { model: 'm', input: 'hello there', background: true };
  const responses = { api: { name: 'responses', dialect: 'openai' } as never };
  const usage = { input_tokens: 9, output_tokens: 4, total_tokens: 13 };

  it.each<[string, object, object, boolean]>([
    ['is only queued', inBackground, { status: 'queued', usage: null }, true],
    ['has been made while the caller waited', inBackground, { status: 'completed', usage }, false],
    ['says nothing of usage, of a request that waits', { ...inBackground, background: false }, {}, false],
  ])('of a response that %s, says whether the provider goes on with it', (_, asked, answer, goesOn) => {
    const { exchange, records, answered, end } = open({ settings: recorded }, { ...asked }, responses);
    answered('application/json');
    exchange.listener?.bytes(Buffer.from('{}'));
    exchange.listener?.value({ object: 'response', ...answer });
    end('done');
    expect(exchange.metering?.used().goesOn).toBe(goesOn);
    expect(records[0]?.tokens?.completeness === 'partial').toBe(goesOn);
  });

  it('counts what passed of a stream that breaks off, and charges what was said before when it is more', () => {
    const chunk = (value: object) => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
    const { exchange, records, answered, end } = open({ settings: recorded }, { ...question, stream: true });
    answered('text/event-stream; charset=utf-8');
    const said = {
      choices: [{ index: 0, delta: { content: 'w' } }],
      usage: { prompt_tokens: 9, completion_tokens: 2 },
    };
    exchange.listener?.bytes(chunk(said));
    exchange.listener?.value(said);
    exchange.listener?.bytes(
      chunk({ choices: [{ index: 0, delta: { content: 'many more words than two of them' } }] }),
    );
    end('reset');
    const [record] = records;
    expect(record).toMatchObject({
      ending: 'caller aborted',
      tokens: { input: 9, source: 'counted', completeness: 'partial' },
    });
    expect(record?.tokens?.output).toBeGreaterThan(2);
  });

  it.each<[Ending, string]>([
    ['reset', 'caller aborted'],
    ['timedOut', 'timed out'],
    ['rejected', 'rejected'],
  ])('records a request that never left and ended by %s without tokens', (how, ending) => {
    const { records, measured, end } = open({ settings: recorded }, question);
    end(how);
    expect(records).toMatchObject([{ ending, attempts: [] }]);
    expect(records[0]).not.toHaveProperty('tokens');
    expect(measured).toEqual([]);
  });

  it('records nothing of callers that nobody knows, and nothing about who asks for the models', () => {
    for (const fields of [{ key: undefined }, { listing: { kind: 'all' } as never }]) {
      const { records, end } = open({ settings: recorded }, question, fields);
      end('rejected');
      expect(records).toEqual([]);
    }
  });

  it('says what a request costs by an expression of the policy: at most before it leaves, in the end exactly', () => {
    const expression = costOf(
      "backend == 'a.team' && model == 'm' ? cached_input_tokens + cache_creation_input_tokens * 10u + reasoning_tokens * 100u : 7u",
    );
    const { exchange, answered, end } = open(
      { settings: recorded, providers: [{ name: 'a', nameInCosts: 'a.team' }] },
      { ...question, max_tokens: 5 },
      { modelInBody: 'm' },
    );
    const { metering } = exchange;
    const input = metering?.estimatedInput ?? 0;
    expect(metering?.boundCost(expression, 5).most).toBe(input * 10 + 500);
    answered('application/json');
    exchange.listener?.value({
      choices: [],
      usage: {
        ...{ prompt_tokens: 9, completion_tokens: 4, total_tokens: 13 },
        prompt_tokens_details: { cached_tokens: 2, cache_write_tokens: 3 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    });
    end('done');
    expect(metering?.used().cost(expression)).toBe(2 + 30 + 100);
  });

  it('says that a request which never left has cost nothing', () => {
    const { exchange, end } = open({ settings: recorded }, question);
    end('rejected');
    expect(exchange.metering?.used().cost(costOf('7u'))).toBe(0);
  });

  it('estimates what a request may use before it leaves', () => {
    const { metering } = open(
      { settings: recorded },
      { ...question, max_tokens: 5, max_completion_tokens: 70 },
    ).exchange;
    expect(metering?.outputCap).toBe(70);
    expect(metering?.estimatedInput).toBeGreaterThan(2);
    expect(metering?.worstNanoUsd(70)).toBeUndefined();
  });
});
