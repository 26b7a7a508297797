import { expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { decodedStruct } from '../../testing/decoded.ts';
import { exchangeOf, keyIn, modelIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { recordCaller, recordPlan } from './index.ts';

const program = programOf({ models: [{ name: 'small' }], keys: [{ name: 'k' }] });

it('tells Envoy who calls as soon as the headers are there, and what is done for them with the body', () => {
  const exchange = exchangeOf(program, { key: keyIn(program, 'k'), model: modelIn(program, 'small') });
  const logged = () => decodedStruct(Buffer.concat(exchange.answer.logFields));
  recordCaller.requestHeaders?.(exchange, requestHeadersMessage({}));
  expect(logged()).toEqual({ key: 'k', api: 'chat.completions' });
  recordPlan.request?.(exchange);
  expect(logged()).toMatchObject({ key: 'k', model: 'small', targets: '', stream: false });
});
