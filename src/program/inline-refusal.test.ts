import type { DescMessage, MessageInitShape } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { laterLimitContract, programContract } from '../contract.ts';
import {
  BudgetSchema,
  BudgetUnit,
  Calendar,
  GuardAction,
  GuardrailSchema,
  LimitSchema,
  LimitUnit,
  PricingSchema,
  RedactionStyle,
  SecretValueSchema,
  SettingsSchema,
  Severity,
  StoreFailure,
} from '../gen/sluice/program/v1/program_pb.js';
import { ProgramStore } from './store.ts';
import { resourceOf, storeOf } from './testing/program-of.ts';

const limit = {
  contract: programContract,
  name: 'l',
  unit: LimitUnit.TOKENS,
  amount: 5n,
  window: { lengthMs: 1000n },
  onStoreFailure: StoreFailure.LOCAL,
  maxDistinct: 1,
};
const budget = {
  ...limit,
  unit: BudgetUnit.USD,
  period: { calendar: Calendar.MONTH, timeZone: 'UTC' },
};
const rule = {
  name: 'r',
  onRequest: true,
  action: GuardAction.BLOCK,
  severity: Severity.LOW,
  redaction: { style: RedactionStyle.TEXT },
  detector: { case: 'keywords' as const, value: { words: ['a'] } },
};
const remote = { timeoutMs: 1, mostConcurrent: 1 };
const guardrail = (init: object) => ({ contract: programContract, name: 'g', rules: [{ ...rule, ...init }] });

function refusalOf<Desc extends DescMessage>(schema: Desc, init: MessageInitShape<Desc>): string | undefined {
  const resource = resourceOf(schema, 'x', init);
  return new ProgramStore().apply(resource.typeUrl, [resource], [])[0]?.reason;
}

describe('refusal of inline policy', () => {
  it.each([
    [{}, undefined],
    [{ name: '' }, 'name is missing'],
    [
      { contract: 99 },
      `is written for contract 99, this processor knows ${programContract} and ${laterLimitContract}: run both from one release`,
    ],
    [{ contract: laterLimitContract, isAdvisory: true }, undefined],
    [{ contract: laterLimitContract, unit: LimitUnit.COST, perRequest: 7n }, undefined],
    [{ unit: LimitUnit.COST, perRequest: 2n ** 60n }, 'per_request is too large'],
    [{ unit: 77 as LimitUnit }, 'unit 77 is not known to this processor'],
    [{ unit: LimitUnit.COST, cost: 'input_tokens' }, undefined],
    [{ unit: LimitUnit.UNKEPT, amount: 0n, window: undefined }, undefined],
    [{ unit: LimitUnit.COST }, 'cost at character 1: it ends too early'],
    [{ unit: LimitUnit.COST, cost: 'size(model)' }, 'cost at character 1: size is not known here'],
    [{ amount: 2n ** 60n }, 'amount is too large'],
    [{ per: ['planet'] }, 'per "planet" is not known to this processor'],
    [{ maxDistinct: 0 }, 'max_distinct is missing'],
    [{ window: undefined }, 'window is missing'],
    [{ window: {} }, 'a window has neither a length nor a unit of the calendar'],
    [{ window: { calendar: Calendar.DAY, timeZone: 'Mars/Base' } }, 'time zone "Mars/Base" is not known here'],
    [{ onStoreFailure: StoreFailure.UNSPECIFIED }, 'on_store_failure is not known to this processor'],
    [{ scope: { headers: [{ name: 'x', values: [] }] } }, 'scope has no value for "x"'],
    [{ scope: { headers: [{ name: 'x y', values: ['a'] }] } }, 'header name "x y" is not valid'],
  ])('a Limit with %o', (init, reason) => {
    expect(refusalOf(LimitSchema, { ...limit, ...init })).toBe(reason);
  });

  it.each([
    [{}, undefined],
    [{ period: undefined }, 'period is missing'],
    [{ overrideAmount: 2n ** 60n }, 'amount is too large'],
  ])('a Budget with %o', (init, reason) => {
    expect(refusalOf(BudgetSchema, { ...budget, ...init })).toBe(reason);
  });

  it.each([
    [{}, undefined],
    [{ name: '' }, 'rule "": name is missing'],
    [{ onRequest: false }, 'rule "r": is for neither requests nor responses'],
    [{ action: 9 as GuardAction }, 'rule "r": action 9 is not known to this processor'],
    [{ severity: Severity.UNSPECIFIED }, 'rule "r": severity 0 is not known to this processor'],
    [{ redaction: undefined }, 'rule "r": its redaction is not known to this processor'],
    [{ detector: { case: undefined } }, 'rule "r": it has no time budget'],
    [{ detector: { case: undefined }, remote }, 'rule "r": its detector is not known to this processor'],
    [{ detector: { case: 'keywords', value: {} } }, 'rule "r": it has no keywords'],
    [{ detector: { case: 'regex', value: {} } }, 'rule "r": it has no pattern'],
    [{ detector: { case: 'webhook', value: { url: 'no' } }, remote }, 'rule "r": its url is not a URL'],
    [{ detector: { case: 'webhook', value: { url: 'http://a' } } }, 'rule "r": it has no time budget'],
  ])('a Guardrail with a rule with %o', (init, reason) => {
    expect(refusalOf(GuardrailSchema, guardrail(init))).toBe(reason);
  });

  it('a price that cannot be counted exactly, and one of nothing', () => {
    const contract = programContract;
    expect(refusalOf(PricingSchema, { contract, name: 'm' })).toBe('standard is missing');
    const tiers = [{ above: 1n, price: { input: 2n ** 60n } }];
    expect(refusalOf(PricingSchema, { contract, name: 'm', standard: { tiers } })).toBe('a price is too large');
  });

  it('a secret without value, without saying it', () => {
    expect(refusalOf(SecretValueSchema, { contract: programContract, name: 's' })).toBe('value is missing');
  });

  it('a store without address', () => {
    const store = { kind: { case: 'redis' as const, value: {} } };
    const init = { contract: programContract, maxBodyBytes: 1n, store };
    expect(refusalOf(SettingsSchema, init)).toBe('store has no address');
  });

  it('keeps the guardrail that was good', () => {
    const store = storeOf({ guardrails: [guardrail({})] });
    const bad = resourceOf(GuardrailSchema, 'g', guardrail({ name: '' }));
    expect(store.apply(bad.typeUrl, [bad], [])).toHaveLength(1);
    expect(store.current?.guardrails.all.map(({ rules }) => rules[0]?.name)).toEqual(['r']);
    store.apply(bad.typeUrl, [], ['g']);
    expect(store.current?.guardrails.all).toEqual([]);
  });
});
