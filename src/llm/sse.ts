import { GrowingBytes } from '../lib/growing-bytes.ts';

/** One event of a `text/event-stream`. */
export interface ServerSentEvent {
  /** Of the `event` field; empty: none. */
  readonly name: string;
  /** The `data` lines, joined by line feeds. */
  readonly data: string;
}

const none: readonly ServerSentEvent[] = [];
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const byteOrderMark = '\ufeff';

/**
 * Reads events from bytes that are cut anywhere, within a character as well (HTML Living Standard 9.2.6). Lines end with
 * LF, CR or CRLF; comments, `id` and `retry` are left out.
 */
export class EventReader {
  private readonly maxEventBytes: number;
  private readonly line = new GrowingBytes();
  private readonly dataLines: string[] = [];
  private name = '';
  /** Of the event that is not complete yet, without the line at hand. */
  private eventBytes = 0;
  private isAfterCarriageReturn = false;
  private isAtStart = true;
  private hasOverflown = false;

  /** Default 1 MiB: more than the longest event of any provider, apart from images. */
  constructor(maxEventBytes: number = 1024 * 1024) {
    this.maxEventBytes = maxEventBytes;
  }

  /** An event was longer than allowed. Nothing is read any more. */
  get isOverlong(): boolean {
    return this.hasOverflown;
  }

  /** The events that are complete with these bytes. */
  push(bytes: Uint8Array): readonly ServerSentEvent[] {
    if (this.hasOverflown) return none;
    let events: ServerSentEvent[] | undefined;
    let start = 0;
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i];
      if (byte !== lineFeed && byte !== carriageReturn) {
        this.isAfterCarriageReturn = false;
        continue;
      }
      if (byte === lineFeed && this.isAfterCarriageReturn) {
        this.isAfterCarriageReturn = false;
        start = i + 1;
        continue;
      }
      this.isAfterCarriageReturn = byte === carriageReturn;
      this.line.append(bytes.subarray(start, i));
      start = i + 1;
      const event = this.endLine();
      if (event !== undefined) {
        events ??= [];
        events.push(event);
      }
      if (this.hasOverflown) return events ?? none;
    }
    this.line.append(bytes.subarray(start));
    this.bound();
    return events ?? none;
  }

  /**
   * The event that the stream left incomplete. Browsers drop it; a sender that forgets the last empty line has said it
   * all the same.
   */
  end(): ServerSentEvent | undefined {
    if (this.hasOverflown) return undefined;
    const last = this.line.length > 0 ? this.endLine() : undefined;
    return last ?? this.dispatch();
  }

  private endLine(): ServerSentEvent | undefined {
    this.bound();
    if (this.hasOverflown) return undefined;
    if (this.line.length === 0) return this.dispatch();
    this.eventBytes += this.line.length;
    let text = this.line.view().toString('utf8');
    this.line.clear();
    if (this.isAtStart && text.startsWith(byteOrderMark)) text = text.slice(1);
    this.isAtStart = false;
    this.field(text);
    return undefined;
  }

  private field(line: string): void {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    if (name !== 'data' && name !== 'event') return;
    // One blank behind the colon belongs to the field, not to its value.
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.dataLines.push(value);
    else this.name = value;
  }

  private dispatch(): ServerSentEvent | undefined {
    const { name, dataLines } = this;
    this.name = '';
    this.eventBytes = 0;
    if (dataLines.length === 0) return undefined;
    return { name, data: dataLines.splice(0).join('\n') };
  }

  private bound(): void {
    if (this.eventBytes + this.line.length <= this.maxEventBytes) return;
    this.hasOverflown = true;
    this.line.take();
    this.dataLines.length = 0;
  }
}
