import { responseDetailsPrefix } from '../../../contract.ts';
import { type Key, type Model, mayUse } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { renderModel, renderModels } from './render.ts';

/** Answers which models there are: the listed ones that the key may use. */
export const models: Stage = {
  name: 'models',
  requestHeaders(exchange) {
    const { listing, key, program } = exchange;
    if (listing === undefined || key === undefined) return verdict.proceed;
    if (listing.id === undefined) {
      const usable = program.models.listed.filter((model) => mayUse(key, model.name));
      return answer(
        exchange,
        renderModels(
          usable.map(({ name }) => name),
          exchange.dialect,
        ),
      );
    }
    const model = usableModel(program.models.find(listing.id), key);
    if (model === undefined) return exchange.reject('model_not_found', { model: listing.id });
    return answer(exchange, renderModel(model.name, exchange.dialect));
  },
};

/** One that the key may not use is as good as none here: a list of what others have is not this key's business. */
function usableModel(model: Model | undefined, key: Key): Model | undefined {
  return model !== undefined && mayUse(key, model.name) ? model : undefined;
}

function answer(exchange: Exchange, body: string): Verdict {
  return exchange.respondWith({
    status: 200,
    headers: ['content-type', 'application/json', 'x-request-id', exchange.requestId],
    body: Buffer.from(body),
    details: `${responseDetailsPrefix}models`,
  });
}
