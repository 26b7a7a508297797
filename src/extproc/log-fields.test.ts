import { describe, expect, it } from 'vitest';
import { programOf } from '../program/testing/program-of.ts';
import type { Exchange } from './exchange.ts';
import { logOfAnswered, pushCaller, pushPlan } from './log-fields.ts';
import { decodedStruct } from './testing/decoded.ts';
import { type ExchangeFields, exchangeOf, keyIn, modelIn, providerIn } from './testing/exchange-of.ts';

const program = programOf({
  providers: [{ name: 'a' }],
  models: [{ name: 'small' }],
  routes: [{ id: 'r', models: ['small'], targets: [{ provider: 'a', model: 'up' }] }],
  keys: [{ name: 'k', user: 'ana@example.com', team: 'payments', project: 'checkout' }, { name: 'bare' }],
});
const key = keyIn(program, 'k');
const owner = { key: 'k', user: 'ana@example.com', team: 'payments', project: 'checkout' };
const planned = {
  model: modelIn(program, 'small'),
  isStream: true,
  targets: (program.routes.find('k', 'small')?.targets ?? []).map((target) => ({
    target,
    provider: providerIn(program, 'a'),
  })),
};

function pushed(push: (exchange: Exchange, fields: Buffer[]) => void, fields: ExchangeFields): unknown {
  const collected: Buffer[] = [];
  push(exchangeOf(program, fields), collected);
  return decodedStruct(Buffer.concat(collected));
}

describe('the access log is told', () => {
  it('who calls, without what is not known of them', () => {
    expect(pushed(pushCaller, { key })).toEqual({ ...owner, api: 'chat.completions' });
    expect(pushed(pushCaller, { key: keyIn(program, 'bare') })).toEqual({ key: 'bare', api: 'chat.completions' });
    expect(pushed(pushCaller, { key, api: undefined })).toEqual(owner);
    expect(pushed(pushCaller, { key: undefined })).toEqual({});
  });

  it('what is done for them', () => {
    expect(pushed(pushPlan, planned)).toEqual({ targets: 'a/up', stream: true, model: 'small' });
  });

  it('as much as is known of a request that never leaves', () => {
    const logged = (fields: ExchangeFields): unknown => {
      const bytes = logOfAnswered(exchangeOf(program, fields));
      return bytes && decodedStruct(bytes);
    };
    const caller = { ...owner, api: 'chat.completions' };
    expect(logged({ key: undefined })).toBeUndefined();
    expect(logged({ key, api: undefined })).toEqual({ 'sluice.log': owner });
    // The name of a model that there is not is the caller's text, and stays out.
    expect(logged({ key, modelInBody: 'nonsense' })).toEqual({ 'sluice.log': caller });
    expect(logged({ key, ...planned })).toEqual({
      'sluice.log': { ...caller, targets: 'a/up', stream: true, model: 'small' },
    });
  });
});
