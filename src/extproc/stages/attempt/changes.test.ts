import { describe, expect, it } from 'vitest';
import { parseBody } from '../../../llm/json/parse.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { Answer } from '../../answer.ts';
import { Registry } from '../../registry.ts';
import { exchangeOf, keyIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { attempt } from './index.ts';

/* What a target changes of a request, over what its provider changes. */

const header = (name: string, value: string) => ({ name, value });

const program = programOf({
  providers: [
    {
      name: 'a',
      setHeaders: [header('x-both', 'provider'), header('x-alone', 'provider'), header('x-provider', '1')],
      removeHeaders: ['x-gone', 'x-kept'],
      setBody: [{ name: 'store', json: 'false' }],
      removeBody: ['metadata'],
    },
    { name: 'b' },
  ],
  routes: [
    {
      id: 'r',
      models: ['small'],
      targets: [
        {
          provider: 'a',
          model: 'up-a',
          setHeaders: [header('X-Both', 'target'), header('x-kept', 'target')],
          addHeaders: [
            header('x-list', 'one'),
            header('x-list', 'two'),
            header('x-gone', 'added'),
            header('x-both', 'too'),
          ],
          removeHeaders: ['x-provider'],
          setBody: [
            { name: 'store', json: 'true' },
            { name: 'metadata', json: '{"b":2}' },
          ],
          removeBody: ['user'],
        },
        { provider: 'b', priority: 1, addHeaders: [header('x-list', 'b')] },
      ],
    },
  ],
  keys: [{ name: 'k' }],
});

const sent: Readonly<Record<string, string>> = {
  'x-list': 'caller',
  'x-gone': 'yes',
  'x-kept': 'caller',
  'x-provider': 'no',
};
const body = '{"model":"small","user":"ana","metadata":{"a":1}}';

function prepared(order: readonly string[]) {
  const bytes = Buffer.from(body);
  const parsed = parseBody(bytes);
  if (!parsed.ok) throw new Error(parsed.error);
  const route = program.routes.find('k', 'small');
  const exchange = exchangeOf(program, {
    key: keyIn(program, 'k'),
    body: bytes,
    json: parsed.value.value,
    members: parsed.value.members,
    modelInBody: 'small',
    modelAsWritten: 'small',
    observed: program.observedHeaders.map((name) => sent[name]),
    route,
    targets: order.map((name) => {
      const target = route?.targets.find(({ provider }) => provider === name);
      if (target === undefined) throw new Error(`no target ${name}`);
      return { target, provider: providerIn(program, name) };
    }),
  });
  const stage = attempt(new Registry(3));
  stage.request?.(exchange);
  const later = new Answer();
  if (order.length > 1) stage.laterAttempt?.(exchange, 2, later, requestHeadersMessage({}));
  return { first: exchange.answer, later };
}

/** What the provider would see of the headers that the caller sent. */
function received(...answers: readonly Answer[]): Readonly<Record<string, string>> {
  const headers = new Map(Object.entries(sent));
  for (const { setHeaders, removeHeaders } of answers) {
    for (const name of removeHeaders) headers.delete(name);
    for (let i = 0; i < setHeaders.length; i += 2) headers.set(String(setHeaders[i]), String(setHeaders[i + 1]));
  }
  return Object.fromEntries([...headers].filter(([name]) => /^x-(both|alone|provider|list|gone|kept)$/.test(name)));
}

const ofA = { 'x-both': 'target, too', 'x-alone': 'provider', 'x-kept': 'target', 'x-list': 'caller, one, two' };
const ofB = { 'x-list': 'caller, b', 'x-gone': 'yes', 'x-kept': 'caller', 'x-provider': 'no' };

describe('changes of a target', () => {
  it('win over those of its provider', () => {
    const { first } = prepared(['a']);
    expect(received(first)).toEqual({ ...ofA, 'x-gone': 'added' });
    expect(JSON.parse(first.body?.toString() ?? '')).toEqual({ model: 'up-a', store: true, metadata: { b: 2 } });
  });

  it('are taken back for the next target, whose own ones count', () => {
    const { first, later } = prepared(['a', 'b']);
    expect(received(first, later)).toEqual(ofB);
    expect(JSON.parse(later.body?.toString() ?? '')).toEqual(JSON.parse(body));
  });

  it('are made on a later attempt as on the first', () => {
    const { first, later } = prepared(['b', 'a']);
    expect(received(first)).toEqual(ofB);
    expect(received(first, later)).toEqual({ ...ofA, 'x-gone': 'added' });
  });

  it('do not pile up when a target is tried again', () => {
    const { first, later } = prepared(['a', 'a']);
    expect(received(first, later)).toEqual({ ...ofA, 'x-gone': 'added' });
  });
});
