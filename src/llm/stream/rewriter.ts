import { GrowingBytes } from '../../lib/growing-bytes.ts';
import { parseBody } from '../json/parse.ts';
import { patchMembers } from '../json/patch.ts';
import type { Member } from '../json/scan.ts';
import { editJson, type JsonEdit } from '../text/edit.ts';
import { repetitionsIn } from '../text/response.ts';
import type { OpenChannel } from './channel.ts';
import { EventFraming } from './framing.ts';
import { type RawEvent, readRawEvent, withData, withoutStrayLines } from './raw-event.ts';
import type { Piece } from './shape.ts';
import { shapeOf } from './shapes/shape-of.ts';
import { type BegunResponse, begunBy, type StreamPlace } from './stream-place.ts';
import { Template } from './template.ts';
import { StreamTexts } from './texts.ts';

/** Why nothing goes out any more. `failed`: the stream is not what it should be, and is not passed on unread. */
export type Stop = { readonly kind: 'blocked' } | { readonly kind: 'failed'; readonly reason: string };

export interface Rewritten {
  /** Whole events. To be sent before anything else, also with a stop. */
  readonly bytes: Buffer;
  readonly stop: Stop | undefined;
}

/**
 * What is said about each event; `name` is that of its `event` field. An event that differs from the one before it in its
 * text, number and padding alone is left out.
 */
export type ObserveEvent = (value: Readonly<Record<string, unknown>>, name: string) => void;

export interface RewriterOptions {
  /** Name of the API as in `src/llm/api.ts`. */
  readonly api: string;
  /** Texts go through channels; without it they are not looked at. */
  readonly openChannel?: OpenChannel;
  /** Usage was asked for by us (chat and completions): the caller is not to see it. Default false. */
  readonly isUsageHidden?: boolean;
  readonly onEvent?: ObserveEvent;
  /** Default 8 MiB: the last event of a response repeats everything, pictures included. */
  readonly maxEventBytes?: number;
}

/** Streams in which every event differs are not tried for ever. */
const mostTemplates = 16;

const nothing: Buffer = Buffer.alloc(0);

/** An event that brought one piece of text and nothing else, as it came. */
interface Example {
  readonly bytes: Buffer;
  readonly value: object;
  readonly members: readonly Member[];
  readonly piece: Piece;
}

/**
 * Passes a `text/event-stream` on, with other texts. Bytes may be cut anywhere; what goes out is whole events. An event
 * in which nothing changes goes out as it came, byte for byte; texts that are held back go out in events of the same
 * make, before the event with which they are complete.
 */
export class SseRewriter {
  private readonly texts: StreamTexts | undefined;
  private readonly isUsageHidden: boolean;
  private readonly onEvent: ObserveEvent | undefined;
  private readonly maxEventBytes: number;
  private readonly framing = new EventFraming();
  /** Of an event that is not complete. */
  private pending: GrowingBytes | undefined;
  private stop: Stop | undefined;
  private hasNames = false;
  private template: Template | undefined;
  private example: Example | undefined;
  private templatesLeft = mostTemplates;
  private lastNumber = -1;
  private response: BegunResponse | undefined;
  // Of the push at hand: what goes out apart from `chunk[keptFrom…eventStart]`, which goes out unchanged.
  private chunk = nothing;
  private keptFrom = 0;
  private eventStart = 0;
  private out: Buffer[] = [];

  constructor({ api, openChannel, isUsageHidden = false, onEvent, maxEventBytes = 8 * 1024 * 1024 }: RewriterOptions) {
    const shape = shapeOf(api);
    if (openChannel !== undefined && shape === undefined) this.stop = failed(`streams of ${api} are not known`);
    this.texts = openChannel === undefined || shape === undefined ? undefined : new StreamTexts(openChannel, shape);
    this.isUsageHidden = isUsageHidden && (api === 'chat.completions' || api === 'completions');
    this.onEvent = onEvent;
    this.maxEventBytes = maxEventBytes;
  }

  /** For an error event behind everything sent so far. */
  get place(): StreamPlace {
    return { nextNumber: this.lastNumber + 1, response: this.response };
  }

  push(bytes: Buffer): Rewritten {
    if (this.stop !== undefined) return { bytes: nothing, stop: this.stop };
    this.chunk = bytes;
    this.keptFrom = 0;
    let from = 0;
    while (this.stop === undefined) {
      const known = this.again(bytes, from);
      if (known !== -1) {
        from = known;
        continue;
      }
      const end = this.framing.findEnd(bytes, from);
      if (end === -1) break;
      this.eventStart = from;
      if (this.pending === undefined || this.pending.length === 0) this.pass(bytes.subarray(from, end), end, true);
      else {
        this.pending.append(bytes.subarray(from, end));
        this.pass(this.pending.take(), end, false);
      }
      from = end;
    }
    if (this.stop === undefined) {
      this.eventStart = from;
      this.keep(bytes.subarray(from));
    }
    return this.flushed();
  }

  /** The stream is over: what is left of it, and of what was held back. */
  end(): Rewritten {
    this.chunk = nothing;
    this.keptFrom = 0;
    this.eventStart = 0;
    const rest = this.pending?.take() ?? nothing;
    if (this.stop === undefined && rest.length > 0) {
      // A sender that forgets the last empty line has said it all the same.
      const isEvent = readRawEvent(rest).data !== undefined;
      this.pass(isEvent ? Buffer.concat([rest, Buffer.from('\n\n')]) : rest, 0, false);
    }
    if (this.stop === undefined) this.completeAll();
    return this.flushed();
  }

  /** Handles one event; `end` is where it ends in the chunk. */
  private pass(bytes: Buffer, end: number, isInChunk: boolean): void {
    const after = bytes.length > this.maxEventBytes ? this.fail('an event is too long') : this.rewrite(bytes);
    if (this.stop !== undefined) return;
    if (after === bytes && isInChunk) return;
    this.emit(after);
    this.keptFrom = end;
  }

  /** What goes out in place of an event. */
  private rewrite(bytes: Buffer): Buffer {
    const template = this.expected();
    if (template !== undefined && this.texts !== undefined) {
      if (template.match(bytes, 0) === bytes.length) return this.released(template, this.texts) ?? bytes;
      this.template = undefined;
    }
    const event = readRawEvent(bytes);
    const { data, name } = event;
    // Nobody would look at them. Beside fields they are left out, as clients do; alone they are a page of a proxy, or JSON.
    if (this.texts !== undefined && event.strayLines.length > 0) {
      const fields = withoutStrayLines(event);
      return isEmpty(fields) ? this.fail('lines are no events') : this.rewrite(fields);
    }
    if (data === undefined || isBlank(data)) return bytes;
    if (name !== '') this.hasNames = true;
    if (isDone(data)) {
      this.completeAll();
      return bytes;
    }
    const parsed = parseBody(data);
    // Without texts to look after, what a caller cannot read does no harm.
    if (!parsed.ok)
      return this.texts === undefined ? bytes : this.fail(`an event is not as it should be: ${parsed.error}`);
    const { value, members } = parsed.value;
    const record = value as Readonly<Record<string, unknown>>;
    this.onEvent?.(record, name);
    if (typeof record.sequence_number === 'number') this.lastNumber = record.sequence_number;
    this.response ??= begunBy(record);
    if (this.texts !== undefined) {
      this.texts.read(value);
      this.emitCompleted(this.texts);
      if (this.texts.isBlocked) {
        this.stop = { kind: 'blocked' };
        return nothing;
      }
    }
    if (this.isUsageHidden && isUsageOnly(record)) return nothing;
    const sent = this.edited(event, data, value, members, this.texts?.takeEdits() ?? noEdits);
    const piece = this.texts?.onlyPiece;
    if (piece !== undefined && !piece.isLast && piece.text !== '' && this.templatesLeft > 0)
      this.example = { bytes: Buffer.from(bytes), value, members, piece };
    return sent;
  }

  /** An event like the one before it that is here as a whole: where it ends. -1: there is none. */
  private again(bytes: Buffer, from: number): number {
    const { texts } = this;
    if (texts === undefined || from === bytes.length || (this.pending?.length ?? 0) > 0) return -1;
    const template = this.expected();
    if (template === undefined) return -1;
    const end = template.match(bytes, from);
    if (end === -1 || end - from > this.maxEventBytes) return -1;
    this.eventStart = from;
    const sent = this.released(template, texts);
    if (sent !== undefined) {
      this.emit(sent);
      this.keptFrom = end;
    }
    return end;
  }

  /** What goes out in place of the event that the template has matched; undefined: the event itself. */
  private released(template: Template, texts: StreamTexts): Buffer | undefined {
    this.templatesLeft = mostTemplates;
    if (template.number !== undefined) this.lastNumber = template.number;
    const { text } = template;
    const released = text === '' ? '' : texts.again(template.event, template.piece, text);
    if (released === undefined) {
      this.emitCompleted(texts);
      this.stop = { kind: 'blocked' };
      return nothing;
    }
    return released === text ? template.sent() : template.sentWith(released);
  }

  /** Made when something follows the event, which is not to wait for it: often it brings the first text of an answer. */
  private expected(): Template | undefined {
    const { example } = this;
    if (example !== undefined) {
      this.example = undefined;
      this.template = this.templateOf(example);
    }
    return this.template;
  }

  private templateOf({ bytes, value, members, piece }: Example): Template | undefined {
    this.templatesLeft--;
    return Template.of(readRawEvent(bytes), members, piece, (asked, ofAsked, changed) => {
      const edits = changed === undefined ? noEdits : [{ path: piece.path, to: JSON.stringify(changed) }];
      return this.edited(asked, asked.data ?? nothing, value, ofAsked, edits);
    });
  }

  private edited(
    event: RawEvent,
    data: Buffer,
    value: object,
    members: readonly Member[],
    edits: readonly JsonEdit[],
  ): Buffer {
    const hidesUsage = this.isUsageHidden && 'usage' in value;
    // Padding that hides the length of a text: it would tell that of the one that was there.
    const hasPadding = edits.length > 0 && 'obfuscation' in value;
    if (edits.length === 0 && !hidesUsage) return event.bytes;
    let json = data;
    if (hidesUsage || hasPadding) {
      const removed = [...(hidesUsage ? ['usage'] : []), ...(hasPadding ? ['obfuscation'] : [])];
      json = patchMembers(
        data,
        members,
        removed.map((name) => ({ name, json: undefined })),
      );
    }
    const text = json.toString('utf8');
    return withData(event, edits.length === 0 ? text : editJson(text, [...edits, ...repetitionsIn(value)]));
  }

  private completeAll(): void {
    if (this.texts === undefined) return;
    this.texts.complete();
    this.emitCompleted(this.texts);
    if (this.texts.isBlocked) this.stop = { kind: 'blocked' };
  }

  private emitCompleted(texts: StreamTexts): void {
    for (const before of texts.takeBefore()) {
      const event = this.isUsageHidden && 'usage' in before ? { ...before, usage: undefined } : before;
      const type = this.hasNames && 'type' in event ? `event: ${event.type}\n` : '';
      this.emit(Buffer.from(`${type}data: ${JSON.stringify(event)}\n\n`));
    }
  }

  /** Behind everything that goes out so far. */
  private emit(bytes: Buffer): void {
    if (this.keptFrom < this.eventStart) this.out.push(this.chunk.subarray(this.keptFrom, this.eventStart));
    this.keptFrom = this.eventStart;
    if (bytes.length > 0) this.out.push(bytes);
  }

  private keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.pending ??= new GrowingBytes();
    if (this.pending.length + bytes.length > this.maxEventBytes) this.fail('an event is too long');
    else this.pending.append(bytes);
  }

  private flushed(): Rewritten {
    const { out, chunk, stop } = this;
    const isAll = this.keptFrom === 0 && this.eventStart === chunk.length && out.length === 0;
    if (!isAll) this.emit(nothing);
    const [only = nothing] = out;
    const bytes = isAll ? chunk : out.length > 1 ? Buffer.concat(out) : only;
    if (out.length > 0) this.out = [];
    this.chunk = nothing;
    if (stop !== undefined) this.pending = undefined;
    return { bytes, stop };
  }

  private fail(reason: string): Buffer {
    this.stop = failed(reason);
    return nothing;
  }
}

const noEdits: readonly JsonEdit[] = [];

function failed(reason: string): Stop {
  return { kind: 'failed', reason };
}

/** Nothing but the ends of lines. */
function isEmpty(event: Buffer): boolean {
  return event.every((byte) => byte === 0x0a || byte === 0x0d);
}

function isBlank(data: Buffer): boolean {
  for (const byte of data) if (byte !== 0x20) return false;
  return true;
}

/** `[DONE]` */
function isDone(data: Buffer): boolean {
  return data[0] === 0x5b && data.length < 16 && data.toString('latin1').trim() === '[DONE]';
}

/** The chunk that only comes because usage was asked for. */
function isUsageOnly(value: Readonly<Record<string, unknown>>): boolean {
  const { choices, usage } = value;
  return Array.isArray(choices) && choices.length === 0 && typeof usage === 'object' && usage !== null;
}
