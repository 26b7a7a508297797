import type { BodyReader } from '../../between-stages/body-reader.ts';
import type { ResponseTexts } from '../../between-stages/response-texts.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import type { Incoming } from '../../wire/incoming.ts';
import { bodySendMode } from '../../wire/mode.ts';
import { bodyKind, isReadable } from './body-kind.ts';
import { JsonReader } from './json-reader.ts';
import { ObservedStreamReader } from './observed-stream-reader.ts';
import { PassingStreamReader } from './passing-stream-reader.ts';
import { StreamReader } from './stream-reader.ts';
import { TextReader } from './text-reader.ts';
import { WholeStreamReader } from './whole-stream-reader.ts';
import { WindowedStreamReader } from './windowed-stream-reader.ts';

/** Bodies of JSON up to this size come in one message when they are only listened to. */
const smallBody = 256 * 1024;

/**
 * Reads the body of a response for those who want to know what it says or to change it: once, whoever they are. A body
 * that nobody asks for flows past the processor.
 */
export const read: Stage = {
  name: 'read',
  responseHeaders(exchange, message) {
    const { responseTexts, status, api } = exchange;
    const listener = listenerOf(exchange);
    if (responseTexts === undefined && listener === undefined) return verdict.proceed;
    if (message.endOfStream || api === undefined) return verdict.proceed;
    // A provider's refusal is read by the caller like an answer; Envoy's own words and ours hold nobody's texts.
    if (isRefusal(status) && (message.attribute('response.code_details') ?? viaUpstream) !== viaUpstream)
      return verdict.proceed;
    const kind = bodyKind(message.header('content-type'));
    const encoding = message.header('content-encoding');
    if (!isReadable(kind, encoding)) return unreadable(exchange, kind);
    switch (kind) {
      case 'events':
        return readEvents(exchange, api.name);
      case 'json':
        return readJson(exchange, api.name, message, encoding);
      case 'text':
        return responseTexts === undefined
          ? listen(exchange)
          : readWhole(exchange, new TextReader(api.name, responseTexts, listener));
      default:
        return listen(exchange);
    }
  },
  responseBody(exchange, chunk, isLast) {
    return exchange.bodyReader?.piece(exchange, chunk, isLast) ?? verdict.proceed;
  },
};

/** `%RESPONSE_CODE_DETAILS%` of a response that came from a provider. */
const viaUpstream = 'via_upstream';

function isRefusal(status: number): boolean {
  return status < 200 || status > 299;
}

/** What a provider refuses costs nothing. */
function listenerOf({ listener, status }: Exchange): Exchange['listener'] {
  return isRefusal(status) ? undefined : listener;
}

/** Nobody asked for this encoding. What must be checked and cannot be read is not let through. */
function unreadable(exchange: Exchange, kind: ReturnType<typeof bodyKind>): Verdict {
  return exchange.responseTexts?.isEnforcing !== true || kind === 'media'
    ? verdict.proceed
    : exchange.reject('response_unreadable');
}

function readEvents(exchange: Exchange, api: string): Verdict {
  const { responseTexts, hidesUsage, mayEndStream } = exchange;
  const listener = listenerOf(exchange);
  if (listener !== undefined && responseTexts === undefined && !hidesUsage && !mayEndStream) {
    exchange.responseBodyMode = bodySendMode.streamed;
    exchange.bodyReader = new ObservedStreamReader(listener);
    return verdict.proceed;
  }
  if (responseTexts !== undefined && mayPass(responseTexts) && !hidesUsage && !mayEndStream) {
    exchange.responseBodyMode = bodySendMode.streamed;
    exchange.bodyReader = new PassingStreamReader(api, responseTexts, listener);
    return verdict.proceed;
  }
  exchange.responseBodyMode = bodySendMode.fullDuplexStreamed;
  exchange.answer.remove('content-length');
  exchange.bodyReader = eventReader(api, responseTexts, listener, hidesUsage);
  return verdict.proceed;
}

/** No verdict changes anything, and none needs to be waited for. */
function mayPass({ isEnforcing, isWhole, isWindowed }: ResponseTexts): boolean {
  return !isEnforcing && !isWhole && !isWindowed;
}

function eventReader(
  api: string,
  texts: Exchange['responseTexts'],
  listener: Exchange['listener'],
  hidesUsage: boolean,
): BodyReader {
  if (texts?.isWhole) return new WholeStreamReader(api, texts, listener, hidesUsage);
  if (texts?.isWindowed) return new WindowedStreamReader(api, texts, listener, hidesUsage);
  return new StreamReader(api, texts, listener, hidesUsage);
}

function readJson(exchange: Exchange, api: string, message: Incoming, encoding: string | undefined): Verdict {
  const { responseTexts } = exchange;
  const listener = listenerOf(exchange);
  const reader = new JsonReader(api, responseTexts, listener, encoding);
  const isSmall = Number(message.header('content-length') ?? Number.NaN) <= smallBody;
  const mayPause = exchange.route === undefined || exchange.route.idleTimeoutMs === 0;
  if (responseTexts === undefined && !(isSmall && mayPause)) {
    // Nothing will be changed, so nothing needs to wait for the end.
    exchange.responseBodyMode = bodySendMode.streamed;
    exchange.bodyReader = reader;
    return verdict.proceed;
  }
  if (responseTexts !== undefined && encoding !== undefined) exchange.answer.remove('content-encoding');
  return readWhole(exchange, reader);
}

function readWhole(exchange: Exchange, reader: BodyReader): Verdict {
  exchange.responseBodyMode = bodySendMode.buffered;
  exchange.bodyReader = reader;
  return verdict.proceed;
}

/** There is nothing to read, but bytes to count. */
function listen(exchange: Exchange): Verdict {
  const listener = listenerOf(exchange);
  if (listener === undefined) return verdict.proceed;
  exchange.responseBodyMode = bodySendMode.streamed;
  exchange.bodyReader = {
    piece(_, bytes) {
      listener.bytes(bytes);
      return verdict.proceed;
    },
  };
  return verdict.proceed;
}
