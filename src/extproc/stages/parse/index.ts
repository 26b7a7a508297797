import { parseBody } from '../../../llm/json/parse.ts';
import type { Stage } from '../../stage.ts';
import { verdict } from '../../verdict.ts';

/**
 * The body as JSON, in full: whatever is decided later is decided on the bytes that are sent on. What is passed through
 * is not looked at.
 */
export const parse: Stage = {
  name: 'parse',
  requestHeaders(exchange, message) {
    // Refused before Envoy has collected it.
    const { maxBodyBytes } = exchange.program.settings;
    const announced = Number(message.header('content-length') ?? 0);
    return announced > maxBodyBytes ? exchange.reject('body_too_large', { limitBytes: maxBodyBytes }) : verdict.proceed;
  },
  request(exchange) {
    const { maxBodyBytes } = exchange.program.settings;
    if (exchange.body.length > maxBodyBytes) return exchange.reject('body_too_large', { limitBytes: maxBodyBytes });
    if (exchange.isPassthrough) return verdict.proceed;
    const parsed = parseBody(exchange.body);
    if (!parsed.ok) return exchange.reject('malformed_body', { reason: parsed.error });
    exchange.json = parsed.value.value;
    exchange.members = parsed.value.members;
    exchange.isStream = exchange.json.stream === true;
    return verdict.proceed;
  },
};
