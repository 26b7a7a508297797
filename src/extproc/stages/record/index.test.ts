import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { decodedStruct } from '../../testing/decoded.ts';
import { exchangeOf, keyIn, modelIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { recordCaller, recordPlan } from './index.ts';

const program = programOf({
  providers: [{ name: 'a' }],
  models: [{ name: 'small' }],
  routes: [{ id: 'r', targets: [{ provider: 'a', model: 'up' }] }],
  keys: [{ name: 'k', user: 'ana@example.com', team: 'payments', project: 'checkout' }, { name: 'bare' }],
});

describe('record', () => {
  it('writes who calls, and leaves out what is not known of them', () => {
    const logged = (key: string) => {
      const exchange = exchangeOf(program, { key: keyIn(program, key) });
      recordCaller.requestHeaders?.(exchange, requestHeadersMessage({}));
      return decodedStruct(Buffer.concat(exchange.answer.logFields));
    };
    expect(logged('k')).toEqual({
      key: 'k',
      user: 'ana@example.com',
      team: 'payments',
      project: 'checkout',
      api: 'chat.completions',
    });
    expect(logged('bare')).toEqual({ key: 'bare', api: 'chat.completions' });
  });

  it('writes what is done for them', () => {
    const [target] = program.routes.find('k', 'small')?.targets ?? [];
    if (target === undefined) throw new Error('no target');
    const exchange = exchangeOf(program, {
      model: modelIn(program, 'small'),
      isStream: true,
      targets: [{ target, provider: providerIn(program, 'a') }],
    });
    recordPlan.request?.(exchange);
    expect(decodedStruct(Buffer.concat(exchange.answer.logFields))).toEqual({
      targets: 'a/up',
      stream: true,
      model: 'small',
    });
  });

  it('writes nothing about what no API was found for', () => {
    const exchange = exchangeOf(program, { key: keyIn(program, 'k'), api: undefined });
    recordCaller.requestHeaders?.(exchange, requestHeadersMessage({}));
    expect(exchange.answer.logFields).toEqual([]);
  });
});
