import { openaiErrorBody } from '../dialect/error.ts';
import type { Refusal } from '../dialect/refusal.ts';
import { chunksOf, piecesOf } from '../text.ts';
import type { StreamAnswer } from './api.ts';
import { typedEvent } from './event.ts';

/** What stands in the output: a message of one text part, or a call of a function. */
export type ResponseItem =
  | {
      readonly type: 'message';
      readonly id: string;
      readonly status: string;
      readonly role: 'assistant';
      readonly content: readonly [{ readonly type: 'output_text'; readonly text: string }];
    }
  | {
      readonly type: 'function_call';
      readonly id: string;
      readonly status: string;
      readonly call_id: string;
      readonly name: string;
      readonly arguments: string;
    };

interface Response {
  readonly status: string;
  readonly output: readonly ResponseItem[];
}

type Event = readonly [type: string, fields: object];

/** The events of one item: until something of it can be seen, what can be seen, and its end. */
interface ItemEvents {
  readonly begun: readonly Event[];
  readonly deltas: readonly Event[];
  readonly done: readonly Event[];
}

/** The events of a response, numbered through in the order in which they are sent. */
export function responseStream(response: Response): StreamAnswer {
  const written = numbered();
  const items = response.output.map(eventsOf);

  const lead = [...beginning(response), ...(items[0]?.begun ?? [])].map(written);
  const content = items.flatMap(({ deltas }, index) => {
    const between = index === 0 ? [] : [...(items[index - 1]?.done ?? []), ...(items[index]?.begun ?? [])];
    const before = between.map(written).join('');
    return deltas.map((delta, at) => (at === 0 ? before : '') + written(delta));
  });
  const tail = [...(items.at(-1)?.done ?? []), [`response.${response.status}`, { response }] as const].map(written);
  return { kind: 'stream', lead, content, tail, failed: (refusal) => failedStream(response, refusal) };
}

/** OpenAI creates a response before it fails, says why in an event of its own, and ends with the response that failed. */
function failedStream(response: Response, refusal: Refusal): StreamAnswer {
  const written = numbered();
  const { error } = openaiErrorBody(refusal);
  const code = error.code ?? 'server_error';
  const failed = { ...unfinished(response), status: 'failed', error: { code, message: error.message } };
  return {
    kind: 'stream',
    lead: beginning(response).map(written),
    content: [written(['error', { error: { ...error, code } }])],
    tail: [written(['response.failed', { response: failed }])],
  };
}

function numbered(): (event: Event) => string {
  let sequence = 0;
  return ([type, fields]) => typedEvent({ type, sequence_number: sequence++, ...fields });
}

function beginning(response: Response): readonly Event[] {
  const begun = { ...unfinished(response), status: 'in_progress' };
  return [
    ['response.created', { response: begun }],
    ['response.in_progress', { response: begun }],
  ];
}

function unfinished(response: Response): object {
  return { ...response, incomplete_details: null, output: [], usage: null };
}

function eventsOf(item: ResponseItem, index: number): ItemEvents {
  const place = { item_id: item.id, output_index: index };
  const added = (empty: object): Event => [
    'response.output_item.added',
    { output_index: index, item: { ...item, status: 'in_progress', ...empty } },
  ];
  const done: Event = ['response.output_item.done', { output_index: index, item }];
  if (item.type === 'function_call') {
    const type = 'response.function_call_arguments';
    return {
      begun: [added({ arguments: '' })],
      deltas: piecesOf(item.arguments).map((delta) => [`${type}.delta`, { ...place, delta }]),
      done: [[`${type}.done`, { ...place, name: item.name, arguments: item.arguments }], done],
    };
  }
  const [part] = item.content;
  const inPart = { ...place, content_index: 0 };
  return {
    begun: [added({ content: [] }), ['response.content_part.added', { ...inPart, part: { ...part, text: '' } }]],
    deltas: chunksOf(part.text).map((delta) => ['response.output_text.delta', { ...inPart, delta, logprobs: [] }]),
    done: [
      ['response.output_text.done', { ...inPart, text: part.text, logprobs: [] }],
      ['response.content_part.done', { ...inPart, part }],
      done,
    ],
  };
}
