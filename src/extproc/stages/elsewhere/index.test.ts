import { describe, expect, it } from 'vitest';
import { programOf } from '../../../program/testing/program-of.ts';
import { exchangeOf } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { elsewhere } from './index.ts';

const program = programOf({});

function refused(path: string) {
  const exchange = exchangeOf(program, { path, api: undefined });
  elsewhere.requestHeaders?.(exchange, requestHeadersMessage({}));
  return exchange.rejection;
}

describe('elsewhere', () => {
  it.each(['/', '/shop', '/v1', '/v10/models', '/v2/chat/completions', '/anthropic', '/anthropic/v2/messages', '*'])(
    'answers 404 at %s, whoever asks',
    (path) => {
      expect(refused(path)?.code).toBe('unknown_path');
    },
  );

  it.each(['/v1/models', '/v1/nothing', '/v1/', '/v1//models', '/v1/../shop', '/anthropic/v1/messages?beta=true'])(
    'leaves %s to those who ask for a key first',
    (path) => {
      expect(refused(path)).toBeUndefined();
    },
  );

  it('says where the API is that the path ends like', () => {
    expect(refused('/chat/completions?x=y')).toEqual({
      code: 'unknown_path',
      params: { path: '/chat/completions', servedAt: '/v1/chat/completions' },
    });
  });
});
