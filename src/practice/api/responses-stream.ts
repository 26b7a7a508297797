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
  let sequence = 0;
  const written = ([type, fields]: Event) => typedEvent({ type, sequence_number: sequence++, ...fields });
  const begun = { ...response, status: 'in_progress', incomplete_details: null, output: [], usage: null };
  const items = response.output.map(eventsOf);

  const lead = [
    written(['response.created', { response: begun }]),
    written(['response.in_progress', { response: begun }]),
    ...(items[0]?.begun ?? []).map(written),
  ];
  const content = items.flatMap(({ deltas }, index) => {
    const between = index === 0 ? [] : [...(items[index - 1]?.done ?? []), ...(items[index]?.begun ?? [])];
    const before = between.map(written).join('');
    return deltas.map((delta, at) => (at === 0 ? before : '') + written(delta));
  });
  const tail = [...(items.at(-1)?.done ?? []), [`response.${response.status}`, { response }] as const].map(written);
  return { kind: 'stream', lead, content, tail };
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
