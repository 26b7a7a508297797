import { identifyApi, unservedPath, withoutQuery } from '../../../llm/api.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { mediaTypeFault } from './media-type.ts';

/** Which API is meant, by method and path. Paths of no known API are left to the stage that may pass them through. */
export const identify: Stage = {
  name: 'identify',
  requestHeaders(exchange, message) {
    const api = identifyApi(exchange.method, exchange.path);
    switch (api.kind) {
      case 'model': {
        exchange.api = api;
        const contentType = message.header('content-type') ?? '';
        const fault = mediaTypeFault(contentType, message.header('content-encoding'));
        if (fault !== undefined) return exchange.reject('unsupported_media_type', { reason: fault });
        // It is read as JSON here. Providers are told so, some of which refuse what has no type.
        if (contentType === '') exchange.answer.set('content-type', 'application/json');
        return verdict.proceed;
      }
      case 'models':
        exchange.listing = { id: api.id };
        return verdict.proceed;
      case 'unknown':
        return verdict.proceed;
      case 'wrong method':
        return exchange.reject('method_not_allowed', {
          path: withoutQuery(exchange.path),
          method: exchange.method,
          allow: api.allow,
        });
      case 'none':
        return exchange.reject('unknown_path', unservedPath(exchange.path));
    }
  },
};
