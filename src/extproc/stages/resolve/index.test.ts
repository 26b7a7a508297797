import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, keyIn } from '../../testing/exchange-of.ts';
import { verdict } from '../../verdict.ts';
import { resolve } from './index.ts';

const program = programOf({
  providers: [{ name: 'openai' }, { name: 'azure' }, { name: 'x' }],
  models: [{ name: 'small', aliases: ['mini'] }, { name: 'openai/exact' }, { name: 'large' }],
  routes: [
    { id: 'model/small', models: ['small'], targets: [{ provider: 'openai', model: 'gpt-4o-mini' }] },
    { id: 'model/large', models: ['large'], targets: [{ provider: 'azure', model: 'org/deep/name' }] },
  ],
  keys: [{ name: 'every' }, { name: 'some', allowModels: ['small'], denyModels: ['large'] }],
});

function ask(json: Record<string, unknown>, key = 'every') {
  const exchange = exchangeOf(program, { json, key: keyIn(program, key) });
  return { decision: resolve.request?.(exchange), exchange };
}

describe('resolve', () => {
  it.each([
    ['small', 'small', '', 'small'],
    ['mini', 'small', '', 'mini'],
    ['openai/exact', 'openai/exact', '', 'openai/exact'],
    ['openai/small', 'small', 'openai', 'small'],
    ['azure/mini', 'small', 'azure', 'mini'],
    ['x/small', 'small', 'x', 'small'],
    ['openai/gpt-4o-mini', 'small', 'openai', 'gpt-4o-mini'],
    ['azure/org/deep/name', 'large', 'azure', 'org/deep/name'],
  ])('%s means %s', (named, model, onlyProvider, modelAsWritten) => {
    const { decision, exchange } = ask({ model: named });
    expect(decision).toBe(verdict.proceed);
    expect(exchange.model?.name).toBe(model);
    expect(exchange).toMatchObject({ modelInBody: named, onlyProvider, modelAsWritten });
  });

  it.each([
    [{}, 'missing_model'],
    [{ model: null }, 'missing_model'],
    [{ model: '' }, 'invalid_model'],
    [{ model: 5 }, 'invalid_model'],
    [{ model: ['small'] }, 'invalid_model'],
    [{ model: 'unknown' }, 'model_not_found'],
    [{ model: 'nobody/small' }, 'model_not_found'],
    [{ model: 'azure/gpt-4o-mini' }, 'model_not_found'],
    [{ model: '/small' }, 'model_not_found'],
    [{ model: '__proto__' }, 'model_not_found'],
  ])('refuses %j with %s', (json, code) => {
    expect(ask(json).exchange.rejection?.code).toBe(code);
  });

  it('judges a key by the logical name, whatever the caller wrote', () => {
    expect(ask({ model: 'openai/gpt-4o-mini' }, 'some').decision).toBe(verdict.proceed);
    expect(ask({ model: 'mini' }, 'some').decision).toBe(verdict.proceed);
    expect(ask({ model: 'large' }, 'some').exchange.rejection).toEqual({
      code: 'model_not_allowed',
      params: { model: 'large' },
    });
  });

  it('has nothing to do where no body was parsed', () => {
    const exchange = exchangeOf(program, { key: keyIn(program, 'every') });
    expect(resolve.request?.(exchange)).toBe(verdict.proceed);
  });
});

describe('resolve where routes open models', () => {
  const open = programOf({
    routes: [{ id: 'r', modelPatterns: ['gpt-.*'], opensModels: true, targets: [{ provider: 'a' }] }],
    keys: [{ name: 'every' }, { name: 'some', allowModels: ['gpt-4*'] }],
  });
  const resolved = (model: string, key: string) => {
    const exchange = exchangeOf(open, { json: { model }, key: keyIn(open, key) });
    resolve.request?.(exchange);
    return exchange.rejection?.code ?? exchange.model;
  };

  it('leaves it to them whether there is a model of the name', () => {
    expect(resolved('gpt-9', 'every')).toMatchObject({ name: 'gpt-9', isOpen: true, isListed: false });
  });

  it('still keeps to what the key may use', () => {
    expect(resolved('gpt-4o', 'some')).toMatchObject({ name: 'gpt-4o' });
    expect(resolved('gpt-9', 'some')).toBe('model_not_allowed');
  });
});
