import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, keyIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { models } from './index.ts';

const program = programOf({
  models: [
    { name: 'small', aliases: ['mini'] },
    { name: 'hidden', isListed: false },
    { name: 'claude-a' },
    { name: 'secret' },
  ],
  keys: [{ name: 'every' }, { name: 'some', allowModels: ['claude-*', 'hidden'], denyModels: [] }],
});

function ask(id: string | undefined, key: string, dialect: 'openai' | 'anthropic' = 'openai', path = '/v1/models') {
  const exchange = exchangeOf(program, { api: undefined, listing: { id }, dialect, key: keyIn(program, key), path });
  models.requestHeaders?.(exchange, requestHeadersMessage({}));
  const text = exchange.immediate?.body.toString();
  return { exchange, body: text === undefined ? undefined : JSON.parse(text) };
}

const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);

describe('models', () => {
  it('lists the listed models, sorted by name', () => {
    expect(ids(ask(undefined, 'every').body)).toEqual(['claude-a', 'secret', 'small']);
  });

  it('lists only what the key may use', () => {
    expect(ids(ask(undefined, 'some').body)).toEqual(['claude-a']);
  });

  it('shows one model by name or alias, also one that is not listed', () => {
    expect(ask('mini', 'every').body).toMatchObject({ id: 'small', object: 'model' });
    expect(ask('hidden', 'some').body).toMatchObject({ id: 'hidden' });
  });

  it('says of an unknown model and of a forbidden one the same', () => {
    expect(ask('nothing', 'some').exchange.rejection?.code).toBe('model_not_found');
    expect(ask('secret', 'some').exchange.rejection?.code).toBe('model_not_found');
  });

  it('speaks to clients of either family in their own shape', () => {
    expect(ask(undefined, 'every').body).toMatchObject({ object: 'list' });
    expect(ask(undefined, 'every', 'anthropic').body).toMatchObject({ has_more: false, first_id: 'claude-a' });
    expect(ask('small', 'every', 'anthropic').body).toMatchObject({
      type: 'model',
      id: 'small',
      display_name: 'small',
    });
  });

  it('cuts the list as Anthropic does, and refuses what is no limit', () => {
    const of = (query: string) => ask(undefined, 'every', 'anthropic', `/v1/models${query}`);
    expect(of('?limit=1').body).toMatchObject({ data: [{ id: 'claude-a' }], has_more: true, last_id: 'claude-a' });
    expect(of('?limit=0').exchange.rejection?.code).toBe('invalid_query');
  });

  it('tells Anthropic clients the request id where they look for it', () => {
    expect(ask(undefined, 'every', 'anthropic').exchange.immediate?.headers).toContain('request-id');
  });

  it('carries the request id', () => {
    expect(ask(undefined, 'every').exchange.immediate?.headers).toEqual([
      'content-type',
      'application/json',
      'x-request-id',
      'r-1',
    ]);
  });
});

describe('models that exist by routes', () => {
  const open = programOf({
    models: [
      { name: 'everywhere', isOpen: true, ownedBy: 'team-a', createdAtMs: 1_735_689_600_000n },
      { name: 'elsewhere', isOpen: true },
    ],
    routes: [
      { id: 'a', models: ['everywhere'], headers: [{ name: 'x-tenant', value: { case: 'present', value: true } }] },
      { id: 'b', models: ['elsewhere'], hostnames: ['b.test'] },
    ],
    keys: [{ name: 'every' }],
  });
  const listed = (host: string) => {
    const observed = open.observedHeaders.map((name) => (name === ':authority' ? host : undefined));
    const exchange = exchangeOf(open, { listing: { id: undefined }, key: keyIn(open, 'every'), observed });
    models.requestHeaders?.(exchange, requestHeadersMessage({}));
    return JSON.parse(exchange.immediate?.body.toString() ?? '{}');
  };

  it('are listed where a route for the host names them, with owner and date', () => {
    expect(listed('a.test').data).toEqual([
      { id: 'everywhere', object: 'model', created: 1_735_689_600, owned_by: 'team-a' },
    ]);
    expect(ids(listed('b.test'))).toEqual(['elsewhere', 'everywhere']);
  });
});
