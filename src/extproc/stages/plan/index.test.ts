import { describe, expect, it } from 'vitest';
import { unlistedModel } from '../../../program/program.ts';
import { anthropic, programOf } from '../../../program/testing/program-of.ts';
import { type ExchangeFields, exchangeOf, keyIn, modelIn } from '../../testing/exchange-of.ts';
import { verdict } from '../../verdict.ts';
import { CoolDowns } from './cool-downs.ts';
import { plan } from './index.ts';

const program = programOf({
  providers: [{ name: 'a' }, { name: 'b' }, { name: 'claude', dialect: anthropic }, { name: 'home', isPrivate: true }],
  models: [
    { name: 'small' },
    { name: 'claude-only' },
    { name: 'private' },
    { name: 'equal' },
    { name: 'chainless' },
    { name: 'gone' },
    { name: 'closed' },
    { name: 'withdrawn' },
  ],
  routes: [
    {
      id: 'model/small',
      models: ['small'],
      targets: [
        { provider: 'a', model: 'up-a' },
        { provider: 'claude', priority: 1 },
        { provider: 'missing', priority: 2 },
        { provider: 'b', priority: 3 },
      ],
    },
    { id: 'key/own/0', key: 'own', models: ['small'], targets: [{ provider: 'b' }] },
    { id: 'model/claude-only', models: ['claude-only'], targets: [{ provider: 'claude' }] },
    {
      id: 'model/private',
      models: ['private'],
      isPrivateOnly: true,
      targets: [{ provider: 'a' }, { provider: 'home', priority: 1 }],
    },
    {
      id: 'model/equal',
      models: ['equal'],
      affinityHeader: 'x-conversation',
      targets: ['a', 'b'].map((provider) => ({ provider, model: 'm' })),
    },
    { id: 'model/gone', models: ['gone'], targets: [{ provider: 'missing' }] },
    { id: 'model/withdrawn', models: ['withdrawn'], isPrivateOnly: true, targets: [{ provider: 'a' }] },
    { id: 'model/closed', models: ['closed'], targets: [{ provider: 'a' }], closedBy: 'SecurityPolicy/guard' },
  ],
  keys: [{ name: 'k' }, { name: 'own' }, { name: 'other' }],
});

function planned(model: string, fields: ExchangeFields & { keyName?: string } = {}, random = () => 0.5) {
  const { keyName = 'k', ...rest } = fields;
  const exchange = exchangeOf(program, {
    model: modelIn(program, model),
    modelInBody: model,
    key: keyIn(program, keyName),
    ...rest,
  });
  const decision = plan({ random, now: () => 0, coolDowns: new CoolDowns() }).request?.(exchange);
  return { decision, exchange, order: exchange.targets.map(({ provider }) => provider.name).join() };
}

describe('plan', () => {
  it('takes the chain of the model, without other dialects and without providers that are not there', () => {
    expect(planned('small')).toMatchObject({ decision: verdict.proceed, order: 'a,b' });
  });

  it("takes the key's own chain where it has one", () => {
    expect(planned('small', { keyName: 'own' }).order).toBe('b');
  });

  it('keeps to the provider that the caller named', () => {
    expect(planned('small', { onlyProvider: 'b' }).order).toBe('b');
    expect(planned('small', { onlyProvider: 'home', modelInBody: 'home/small' }).exchange.rejection).toEqual({
      code: 'model_not_found',
      params: { model: 'home/small' },
    });
  });

  it('never sends a private chain to a public provider, even one that was private when the chain was made', () => {
    expect(planned('private').order).toBe('home');
  });

  it('says which API a model is served by that the caller does not speak', () => {
    expect(planned('claude-only').exchange.rejection).toEqual({
      code: 'model_of_other_api',
      params: { model: 'claude-only', family: 'Anthropic' },
    });
  });

  it('says so of the provider that the caller named, whatever the others speak', () => {
    const { rejection } = planned('small', { onlyProvider: 'claude', modelInBody: 'claude/small' }).exchange;
    expect(rejection).toEqual({ code: 'model_of_other_api', params: { model: 'claude/small', family: 'Anthropic' } });
  });

  it('says what was wrong with the token where a right one might have led to a route', () => {
    const unsaid = new Map([['chainless', 'invalid_token']] as const);
    const { rejection } = planned('chainless', { unsaid }).exchange;
    expect(rejection).toEqual({ code: 'invalid_token', params: { model: 'chainless' } });
    expect(planned('gone', { unsaid }).exchange.rejection?.code).toBe('no_target');
  });

  it.each(['chainless', 'gone', 'withdrawn'])('says that nobody may serve %s', (model) => {
    expect(planned(model).exchange.rejection?.code).toBe('no_target');
  });

  it('names the policy that closes a route', () => {
    const { rejection } = planned('closed').exchange;
    expect(rejection).toEqual({ code: 'route_closed', params: { policy: 'SecurityPolicy/guard' } });
  });

  it('speaks to an Anthropic provider in its own dialect', () => {
    const api = { name: 'messages', dialect: 'anthropic', upstreamPath: '/messages' } as const;
    expect(planned('small', { api }).order).toBe('claude');
  });

  it('has nothing to do for what is passed through', () => {
    const exchange = exchangeOf(program, { key: keyIn(program, 'k') });
    const stage = plan({ random: Math.random, now: () => 0, coolDowns: new CoolDowns() });
    expect(stage.request?.(exchange)).toBe(verdict.proceed);
    expect(exchange.route).toBeUndefined();
  });
});

describe('routes beyond models', () => {
  const open = programOf({
    providers: [{ name: 'a' }, { name: 'b' }],
    models: [{ name: 'listed', isOpen: true }, { name: 'described' }],
    routes: [
      { id: 'one', models: ['listed'], hostnames: ['one.test'], targets: [{ provider: 'a' }] },
      {
        id: 'pattern',
        modelPatterns: ['gpt-.*'],
        opensModels: true,
        headers: [{ name: 'x-tenant', value: { case: 'exact', value: 'acme' } }],
        targets: [{ provider: 'b' }],
      },
    ],
    keys: [{ name: 'k' }],
  });
  const ask = (model: string, headers: Readonly<Record<string, string>>) => {
    const exchange = exchangeOf(open, {
      model: open.models.find(model) ?? unlistedModel(model),
      modelInBody: model,
      key: keyIn(open, 'k'),
      observed: open.observedHeaders.map((name) => headers[name]),
    });
    plan({ random: () => 0.5, now: () => 0, coolDowns: new CoolDowns() }).request?.(exchange);
    return exchange.rejection?.code ?? exchange.targets.map(({ provider }) => provider.name).join();
  };

  it.each([
    ['listed', { ':authority': 'one.test:443' }, 'a'],
    ['listed', { ':authority': 'two.test' }, 'model_not_found'],
    ['gpt-9', { 'x-tenant': 'acme' }, 'b'],
    ['gpt-9', { 'x-tenant': 'other' }, 'model_not_found'],
    ['claude', { 'x-tenant': 'acme' }, 'model_not_found'],
    ['described', {}, 'no_target'],
  ])('%s with %j: %s', (model, headers, expected) => {
    expect(ask(model, headers as Readonly<Record<string, string>>)).toBe(expected);
  });
});

describe('affinity', () => {
  const conversation = (value: string) => ({
    observed: program.observedHeaders.map((name) => (name === 'x-conversation' ? value : undefined)),
  });
  /** Draws that would swap the two targets each time, if anything were drawn. */
  const alternating = () => {
    let draw = 0;
    return () => (draw++ % 3 === 0 ? 0.9 : 0.1);
  };
  const orders = (fields: readonly ExchangeFields[]) =>
    new Set(fields.map((each) => planned('equal', each, alternating()).order));

  it('keeps a conversation on one target, and spreads conversations over all', () => {
    expect(orders(Array.from({ length: 20 }, () => conversation('one'))).size).toBe(1);
    expect(orders(Array.from({ length: 20 }, (_, i) => conversation(`c${i}`))).size).toBe(2);
  });

  it.each([
    [{ prompt_cache_key: 'u1' }],
    [{ safety_identifier: 'u1' }],
    [{ user: 'u1' }],
    [{ metadata: { user_id: 'u1' } }],
  ])('takes %j of the body where the header is missing', (json) => {
    const random = alternating();
    const seen = new Set(Array.from({ length: 10 }, () => planned('equal', { json }, random).order));
    expect(seen.size).toBe(1);
  });

  it.each([[{ user: '' }], [{ user: 5 }], [{ metadata: null }], [{ metadata: { user_id: 5 } }]])(
    'draws lots where %j says nothing about the user',
    (json) => {
      const draws = [0.9, 0.1, 0.1, 0.9];
      const random = () => draws.shift() ?? 0.5;
      const seen = new Set([planned('equal', { json }, random).order, planned('equal', { json }, random).order]);
      expect(seen.size).toBe(2);
    },
  );

  it('belongs to the key: two keys with the same value need not share a target', () => {
    const differing = Array.from({ length: 40 }, (_, i) => {
      const fields = conversation(`c${i}`);
      return planned('equal', fields).order !== planned('equal', { ...fields, keyName: 'other' }).order;
    });
    expect(differing).toContain(true);
  });
});
