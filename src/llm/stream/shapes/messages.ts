import type { JsonPath, TextRole } from '../../text/leaf.ts';
import { answerStrings } from '../../text/response.ts';
import { stringsIn } from '../../text/walk.ts';
import type { EventTexts, StreamShape } from '../shape.ts';
import { indexOf, keyWithin } from './key-within.ts';

interface Delta {
  readonly member: string;
  readonly type: string;
  readonly role: TextRole;
  readonly kind: 'text' | 'json';
}

/** By the type of the delta; a block may begin with a text of the same name. */
const deltas: Readonly<Record<string, Delta>> = {
  text_delta: { member: 'text', type: 'text_delta', role: 'assistant', kind: 'text' },
  thinking_delta: { member: 'thinking', type: 'thinking_delta', role: 'reasoning', kind: 'text' },
  input_json_delta: { member: 'partial_json', type: 'input_json_delta', role: 'toolInput', kind: 'json' },
};

/** Anthropic's `message_start`, `content_block_delta`, … */
export class MessagesShape implements StreamShape {
  readonly isRepeating = false;

  read(value: object, texts: EventTexts): void {
    const type = 'type' in value ? value.type : undefined;
    const group = String(indexOf(value, 0));
    switch (type) {
      case 'ping':
        return;
      case 'content_block_start':
        if ('content_block' in value) readBlock(value.content_block, 'content_block', group, texts);
        return;
      case 'content_block_delta':
        if ('delta' in value) readBlock(value.delta, 'delta', group, texts);
        return;
      case 'content_block_stop':
        texts.complete(group);
        return;
      case 'message_start':
        texts.complete();
        if ('message' in value && typeof value.message === 'object' && value.message !== null) {
          for (const text of answerStrings(value.message, ['message'])) texts.whole(text);
        }
        return;
      default:
        texts.complete();
        for (const text of answerStrings(value, [])) texts.whole(text);
    }
  }

  carrying(value: object, path: JsonPath, text: string): object {
    const member = String(path[1]);
    const known = Object.values(deltas).find((delta) => delta.member === member);
    const delta = 'delta' in value && typeof value.delta === 'object' ? value.delta : undefined;
    return {
      type: 'content_block_delta',
      index: indexOf(value, 0),
      delta:
        path.length === 2 && known !== undefined ? { type: known.type, [member]: text } : only(delta, path, 1, text),
    };
  }
}

/** A block that begins, or a piece of it. */
function readBlock(value: unknown, at: string, group: string, texts: EventTexts): void {
  if (typeof value !== 'object' || value === null) return;
  const type = 'type' in value ? String(value.type) : '';
  // The words that are signed are complete.
  if (type === 'signature_delta') texts.complete(group);
  const known = deltas[at === 'delta' ? type : `${type}_delta`];
  const text =
    known !== undefined && known.member in value ? (value as Record<string, unknown>)[known.member] : undefined;
  if (known !== undefined && typeof text === 'string' && text !== '') {
    const { role, kind, member } = known;
    texts.piece({ key: `${group}/${member}`, group, role, kind, path: [at, member], text, isLast: false });
  }
  for (const string of stringsIn(value, [at], 'assistant')) {
    if (string.path.length === 2 && string.path[1] === known?.member) continue;
    // Blocks and citations are complete; of deltas that we do not know, more may come.
    if (at !== 'delta' || type === 'citations_delta') texts.whole(string);
    else {
      const key = `${group}/${type}${keyWithin(value, string.path, 1)}`;
      texts.piece({
        key,
        group,
        role: string.role,
        kind: string.kind,
        path: string.path,
        text: string.text,
        isLast: false,
      });
    }
  }
}

function only(value: unknown, path: JsonPath, at: number, text: string): unknown {
  const step = path[at];
  if (step === undefined || typeof value !== 'object' || value === null) return text;
  const inner = only((value as Readonly<Record<string | number, unknown>>)[step], path, at + 1, text);
  if (Array.isArray(value)) return [inner];
  return { ...('type' in value ? { type: value.type } : {}), [step]: inner };
}
