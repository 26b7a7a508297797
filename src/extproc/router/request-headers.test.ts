import { describe, expect, it } from 'vitest';
import { exchangeOf } from '../testing/exchange-of.ts';
import { requestHeadersMessage } from '../testing/message.ts';
import { readRequestHeaders } from './request-headers.ts';

describe('readRequestHeaders()', () => {
  it.each([
    [{ 'xds.virtual_host_name': 'edge' }, 'edge'],
    [{ 'xds.virtual_host_name': 'edge/one.test,two.test' }, 'edge'],
    [{}, undefined],
  ])('takes the listener out of %j', (attributes, listener) => {
    const routes = [{ id: 'a', models: ['m'], listeners: ['edge'], hostnames: ['one.test'] }];
    const exchange = exchangeOf({ routes });
    readRequestHeaders(exchange, requestHeadersMessage({ ':authority': 'one.test' }, attributes), () => 'openai');
    expect(exchange.observedHeader(':listener')).toBe(listener);
    expect(exchange.observedHeader(':authority')).toBe('one.test');
  });
});
