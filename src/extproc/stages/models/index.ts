import { responseDetailsPrefix } from '../../../contract.ts';
import { type Key, type Model, mayUse } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { pageOf } from './page.ts';
import { renderAnthropicModels, renderModel, renderOpenaiModels } from './render.ts';

/** Answers which models there are: the listed ones that the key may use. */
export const models: Stage = {
  name: 'models',
  requestHeaders(exchange) {
    const { listing, key, program } = exchange;
    if (listing === undefined || key === undefined) return verdict.proceed;
    if (listing.id === undefined) {
      const usable = program.models.listed.filter((model) => isUsable(exchange, model, key));
      if (exchange.dialect === 'openai') return answer(exchange, renderOpenaiModels(usable));
      const page = pageOf(usable, exchange.path);
      return page === undefined
        ? exchange.reject('invalid_query', { reason: '"limit" must be a whole number from 1 to 1000' })
        : answer(exchange, renderAnthropicModels(page));
    }
    const model = program.models.find(listing.id);
    if (model === undefined || !isUsable(exchange, model, key)) {
      return exchange.reject('model_not_found', { model: listing.id });
    }
    return answer(exchange, renderModel(model, exchange.dialect));
  },
};

/**
 * One that the key may not use is as good as none here: a list of what others have is not this key's business. Nor is
 * one whose routes are for other hosts; other headers they may demand are those of the request that will come.
 */
function isUsable(exchange: Exchange, { name, isOpen }: Model, key: Key): boolean {
  return mayUse(key, name) && (!isOpen || exchange.program.routes.serves(name, exchange));
}

function answer(exchange: Exchange, body: string): Verdict {
  const headers = ['content-type', 'application/json', 'x-request-id', exchange.requestId];
  return exchange.respondWith({
    status: 200,
    headers: [...headers, ...(exchange.dialect === 'anthropic' ? ['request-id', exchange.requestId] : [])],
    body: Buffer.from(body),
    details: `${responseDetailsPrefix}models`,
  });
}
