import type { JsonPath, TextRole } from '../../text/leaf.ts';
import { answerStrings } from '../../text/response.ts';
import { stringsIn } from '../../text/walk.ts';
import type { EventTexts, StreamShape } from '../shape.ts';

/** Members of events that are no texts. */
const plainMembers: ReadonlySet<string> = new Set([
  ...[
    'type',
    'sequence_number',
    'item_id',
    'output_index',
    'content_index',
    'summary_index',
    'command_index',
    'logprobs',
  ],
  ...['obfuscation', 'partial_image_b64', 'partial_image_index', 'annotation_index', 'status', 'stream_id', 'call_id'],
  ...['size', 'quality', 'background', 'output_format', 'delta', 'response', 'name', 'param'],
]);

/** What says where a delta belongs. */
const common: ReadonlySet<string> = new Set([
  ...[
    'type',
    'sequence_number',
    'item_id',
    'output_index',
    'content_index',
    'summary_index',
    'command_index',
    'stream_id',
  ],
]);

/** Sound, not words. */
const sound = 'response.audio.delta';

/** OpenAI's `response.created`, `response.output_text.delta`, … */
export class ResponsesShape implements StreamShape {
  readonly isRepeating = true;

  read(value: object, texts: EventTexts): void {
    const type = 'type' in value && typeof value.type === 'string' ? value.type : '';
    const role = roleOf(type);
    if (type.endsWith('.delta')) {
      if (type !== sound && 'delta' in value)
        readDelta(value, value.delta, type.slice(0, -'.delta'.length), role, texts);
    } else complete(type, value, texts);
    for (const [member, inner] of Object.entries(value) as [string, unknown][]) {
      if (inner === null || plainMembers.has(member)) continue;
      for (const text of stringsIn({ [member]: inner }, [], role)) texts.whole(text);
    }
    if (!type.endsWith('.delta') && 'delta' in value) {
      for (const text of stringsIn(value.delta, ['delta'], role)) texts.whole(text);
    }
    if ('response' in value && typeof value.response === 'object' && value.response !== null) {
      for (const text of answerStrings(value.response, ['response'])) texts.whole(text);
    }
  }

  /** With the number of the last piece: it is the rest of it, and no number is free behind it. */
  carrying(value: object, path: JsonPath, text: string): object {
    const event: Record<string, unknown> = {};
    for (const [member, inner] of Object.entries(value)) {
      if (member === 'delta') event[member] = path.length === 1 ? text : { [String(path[1])]: text };
      else if (member === 'logprobs') event[member] = [];
      else if (common.has(member)) event[member] = inner;
    }
    return event;
  }
}

function readDelta(value: object, delta: unknown, base: string, role: TextRole, texts: EventTexts): void {
  const group = groupOf(value);
  const prefix = keyOf(base, value);
  // In pieces as well: these arguments are JSON text, not a text.
  const isJson = base.endsWith('_arguments');
  if (typeof delta === 'string') {
    if (delta === '') return;
    texts.piece({
      key: prefix,
      group,
      role,
      kind: isJson ? 'json' : 'text',
      path: ['delta'],
      text: delta,
      isLast: false,
    });
    return;
  }
  for (const { path, text } of stringsIn(delta, ['delta'], role)) {
    texts.piece({ key: `${prefix}/${path.slice(1).join('/')}`, group, role, kind: 'text', path, text, isLast: false });
  }
}

/** What is complete before an event. */
function complete(type: string, value: object, texts: EventTexts): void {
  if (type === 'error' || /^response\.(?:completed|incomplete|failed|cancelled)$/.test(type)) texts.complete();
  else if (/\.(?:content_part|output_item|reasoning_summary_part)\.done$/.test(type)) texts.complete(groupOf(value));
  else if (type.endsWith('.done')) {
    texts.completeText(keyOf(type.slice(0, -'.done'.length), value));
  }
}

function groupOf(value: object): string {
  return 'output_index' in value ? String(value.output_index) : '';
}

function keyOf(base: string, value: object): string {
  let key = `${base}/${groupOf(value)}`;
  if ('content_index' in value) key += `/${value.content_index}`;
  if ('summary_index' in value) key += `/${value.summary_index}`;
  if ('command_index' in value) key += `/${value.command_index}`;
  return key;
}

function roleOf(type: string): TextRole {
  if (type.includes('reasoning')) return 'reasoning';
  if (type.includes('output_content')) return 'toolOutput';
  return /_arguments|tool_call_input|call_code|call_command/.test(type) ? 'toolInput' : 'assistant';
}
