import type { StreamAnswer } from './api.ts';
import { typedEvent } from './event.ts';

/** The events of a response with one message of one text part, numbered through. */
export function responseStream(
  response: { readonly status: string },
  item: { readonly id: string },
  part: { readonly text: string },
  chunks: readonly string[],
): StreamAnswer {
  let sequence = 0;
  const event = (type: string, fields: object) => typedEvent({ type, sequence_number: sequence++, ...fields });
  const place = { item_id: item.id, output_index: 0, content_index: 0 };
  const begun = { ...response, status: 'in_progress', incomplete_details: null, output: [], usage: null };

  // Made in the order in which they are sent: each takes the next number.
  const lead = [
    event('response.created', { response: begun }),
    event('response.in_progress', { response: begun }),
    event('response.output_item.added', { output_index: 0, item: { ...item, status: 'in_progress', content: [] } }),
    event('response.content_part.added', { ...place, part: { ...part, text: '' } }),
  ];
  const content = chunks.map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] }));
  const tail = [
    event('response.output_text.done', { ...place, text: part.text, logprobs: [] }),
    event('response.content_part.done', { ...place, part }),
    event('response.output_item.done', { output_index: 0, item }),
    event(`response.${response.status}`, { response }),
  ];
  return { kind: 'stream', lead, content, tail };
}
