import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf, keyIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { passthrough } from './index.ts';

const program = programOf({
  providers: [
    { name: 'b', passthroughPaths: ['/v1/files*'] },
    { name: 'a', passthroughPaths: ['/v1/*', '/v1/files/one'] },
    { name: 'closed' },
  ],
  keys: [
    { name: 'every' },
    { name: 'only-b', allowModels: ['small', 'b/passthrough'] },
    { name: 'none', allowModels: ['small'] },
  ],
});

function decide(path: string, key = 'every') {
  const exchange = exchangeOf(program, { path, api: undefined, key: keyIn(program, key) });
  passthrough.requestHeaders?.(exchange, requestHeadersMessage({}));
  return exchange;
}

describe('passthrough', () => {
  it.each([
    ['/v1/files/one', 'a'],
    ['/v1/files/two?x=y', 'b'],
    ['/v1/batches', 'a'],
  ])('sends %s to provider %s, as the most specific policy says', (path, provider) => {
    const exchange = decide(path);
    expect(exchange.targets.map((planned) => planned.provider.name)).toEqual([provider]);
    expect(exchange).toMatchObject({ isPassthrough: true, api: { name: 'passthrough' } });
  });

  it('keeps the path below /v1 for the provider', () => {
    expect(decide('/v1/files/two?x=y').api?.upstreamPath).toBe('/files/two');
  });

  it('needs the right for the provider where a key is limited to some models', () => {
    expect(decide('/v1/files/two', 'only-b').rejection).toBeUndefined();
    expect(decide('/v1/batches', 'only-b').rejection).toEqual({
      code: 'model_not_allowed',
      params: { model: 'a/passthrough' },
    });
    expect(decide('/v1/files/two', 'none').rejection?.code).toBe('model_not_allowed');
  });

  it('answers that there is no such path where no policy opens it', () => {
    const without = programOf({ providers: [{ name: 'a' }], keys: [{ name: 'k' }] });
    const exchange = exchangeOf(without, { path: '/v1/files', api: undefined, key: keyIn(without, 'k') });
    passthrough.requestHeaders?.(exchange, requestHeadersMessage({}));
    expect(exchange.rejection).toEqual({ code: 'unknown_path', params: { path: '/v1/files' } });
  });

  it('leaves known APIs and questions for models alone', () => {
    const known = exchangeOf(program, { key: keyIn(program, 'every') });
    passthrough.requestHeaders?.(known, requestHeadersMessage({}));
    expect(known).toMatchObject({ isPassthrough: false, rejection: undefined });
  });
});
