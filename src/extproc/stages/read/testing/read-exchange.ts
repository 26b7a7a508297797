import { programOf } from '../../../../program/testing/program-of.ts';
import type { ResponseListener } from '../../../between-stages/response-listener.ts';
import type { ResponseTexts } from '../../../between-stages/response-texts.ts';
import { RouterStream } from '../../../router/router-stream.ts';
import type { Stage } from '../../../stage.ts';
import { engineWith, FakeStream, sent } from '../../../testing/fake-stream.ts';
import { verdict } from '../../../verdict.ts';
import { bodySendMode } from '../../../wire/mode.ts';
import { read } from '../index.ts';

/* The stage together with the engine: what leaves for the caller is what counts. */

interface Wishes {
  readonly api?: string;
  readonly texts?: ResponseTexts;
  readonly listener?: ResponseListener;
  readonly hidesUsage?: boolean;
  readonly mayEndStream?: boolean;
  readonly status?: number;
  /** `%RESPONSE_CODE_DETAILS%` */
  readonly details?: string;
  /** How long the provider may be silent. Default: the processor does not look. */
  readonly idleTimeoutMs?: number;
}

/** An exchange that has come to the headers of its response. */
export function exchange(wishes: Wishes, responseHeaders: Record<string, string>) {
  const { idleTimeoutMs = 0 } = wishes;
  const program = programOf({ routes: [{ id: 'r', profile: 'p', idleTimeoutMs }] });
  const before: Stage = {
    name: 'wishes',
    responseHeaders(each) {
      each.api = { name: wishes.api ?? 'chat.completions', dialect: 'openai', upstreamPath: '/x' };
      each.route = program.routes.find('', 'any');
      each.status = wishes.status ?? 200;
      each.responseTexts = wishes.texts;
      each.listener = wishes.listener;
      each.hidesUsage = wishes.hidesUsage ?? false;
      each.mayEndStream = wishes.mayEndStream ?? false;
      return verdict.proceed;
    },
  };
  const stream = new FakeStream();
  const handler = new RouterStream(stream, engineWith([before, read], { programs: { current: program } }));
  handler.message(sent.requestHeaders({}, true));
  const attributes = wishes.details === undefined ? {} : { 'response.code_details': wishes.details };
  handler.message(sent.responseHeaders(responseHeaders, attributes));
  return { stream, handler, mode: stream.answers.at(-1)?.modeOverride?.responseBodyMode ?? bodySendMode.none };
}

/** What the caller reads: pieces of a stream, or the body that was put in place of the provider's. */
export function readable(stream: FakeStream, original: readonly string[]): string {
  let at = 0;
  let text = '';
  for (const { response } of stream.answers) {
    if (response.case === 'immediateResponse') return Buffer.from(response.value.body).toString();
    if (response.case !== 'responseBody') continue;
    const mutation = response.value.response?.bodyMutation?.mutation;
    const piece = original[at++] ?? '';
    if (mutation?.case === undefined) text += piece;
    else if (mutation.case === 'streamedResponse') text += Buffer.from(mutation.value.body).toString();
    else if (mutation.case === 'body') text += Buffer.from(mutation.value).toString();
  }
  return text;
}
