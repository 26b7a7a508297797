import type { Provider } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';

/** The provider's own path of the API, with the caller's query. */
export function upstreamPath(exchange: Exchange, provider: Provider): string {
  const query = exchange.path.indexOf('?');
  const path = provider.basePath + (exchange.api?.upstreamPath ?? '');
  return query < 0 ? path : path + exchange.path.slice(query);
}
