import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { laterLimitContract, programContract } from '../../contract.ts';
import { LimitSchema } from '../../gen/sluice/program/v1/program_pb.js';
import type { Limit } from '../../model/limit.ts';
import { compileLimit } from '../compile/limit.ts';
import { limitResource } from './limit.ts';

const plain: Limit = {
  name: 'l',
  scope: { keys: [], users: [], teams: [], projects: [], models: [], providers: [], apis: [], headers: [], labels: [] },
  per: [],
  unit: 'cost',
  cost: 'total_tokens',
  amount: 10,
  window: { kind: 'rolling', lengthMs: 1_000 },
  algorithm: 'fixed',
  admitsWhileAnythingIsLeft: true,
  enforce: 'block',
  onStoreFailure: 'local',
  maxDistinct: 1,
  defaultOutputReserve: 1,
  origins: [],
};
const { cost: _, ...withoutCost } = plain;

describe('limitResource()', () => {
  it.each<[string, Limit, number, object]>([
    ['as ever', plain, programContract, { perRequest: 0, enforce: 'block', cost: { text: 'total_tokens' } }],
    ['that refuses nobody', { ...plain, enforce: 'warn' }, laterLimitContract, { enforce: 'warn' }],
    ['on each request as well', { ...plain, perRequest: 3 }, laterLimitContract, { perRequest: 3, cost: {} }],
    ['on each request only', { ...withoutCost, perRequest: 3 }, laterLimitContract, { perRequest: 3, cost: undefined }],
  ])('makes of a limit %s what only processors take that know it', (_, limit, contract, expected) => {
    const message = fromBinary(LimitSchema, limitResource(limit).body);
    expect(message.contract).toBe(contract);
    expect(compileLimit(message)).toMatchObject({ ok: true, value: expected });
  });
});
