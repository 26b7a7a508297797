import { mayUse } from '../../../program/program.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';
import { findModelOrOpened } from './find-model.ts';

/** Which logical model the body names, and whether the key may use it. */
export const resolve: Stage = {
  name: 'resolve',
  request(exchange) {
    const { json, key } = exchange;
    // Passed through: no model is named.
    if (json === undefined || key === undefined) return verdict.proceed;
    const named = json.model;
    if (named === undefined || named === null) return exchange.reject('missing_model');
    if (typeof named !== 'string' || named === '') return exchange.reject('invalid_model');
    const found = findModelOrOpened(exchange.program, named);
    if (found === undefined) return exchange.reject('model_not_found', { model: named });
    if (!mayUse(key, found.model.name)) return exchange.reject('model_not_allowed', { model: named });
    exchange.model = found.model;
    exchange.modelInBody = named;
    exchange.modelAsWritten = found.withoutProvider;
    exchange.onlyProvider = found.onlyProvider;
    return verdict.proceed;
  },
};
