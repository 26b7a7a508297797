import { GrowingBytes } from '../../lib/growing-bytes.ts';
import { readEvent } from '../first-event.ts';
import { parseBody } from '../json/parse.ts';
import { EventFraming } from './framing.ts';
import { readRawEvent } from './raw-event.ts';
import type { ObserveEvent } from './rewriter.ts';

export interface ObserverOptions {
  /** Events that tell of usage, of how an answer ended, or of an error. */
  readonly onEvent: ObserveEvent;
  /** Once, at the first event that brings more than a preamble. */
  readonly onFirstToken?: () => void;
  /** A longer event is passed over. Default 8 MiB. */
  readonly maxEventBytes?: number;
}

/** Events of these names are of interest; others only for the members below. */
const telling: ReadonlySet<string> = new Set([
  ...['message_start', 'message_delta', 'error', 'response.completed', 'response.incomplete', 'response.failed'],
]);

/** As they are spelled. Inside of a string a quote has a backslash before it, so that none is found in there. */
const tellingMembers: readonly string[] = ['"usage"', '"finish_reason"', '"stop_reason"', '"error"'];

/** Looks on while a stream passes by. Ordinary deltas are searched, not parsed. */
export class StreamObserver {
  private readonly onEvent: ObserveEvent;
  private onFirstToken: (() => void) | undefined;
  private readonly maxEventBytes: number;
  private readonly framing = new EventFraming();
  private pending: GrowingBytes | undefined;
  private isOverlong = false;

  constructor({ onEvent, onFirstToken, maxEventBytes = 8 * 1024 * 1024 }: ObserverOptions) {
    this.onEvent = onEvent;
    this.onFirstToken = onFirstToken;
    this.maxEventBytes = maxEventBytes;
  }

  push(bytes: Buffer): void {
    let from = 0;
    for (;;) {
      const end = this.framing.findEnd(bytes, from);
      if (end === -1) break;
      if (this.pending === undefined || this.pending.length === 0) this.look(bytes.subarray(from, end));
      else {
        this.keep(bytes.subarray(from, end));
        this.look(this.pending.take());
      }
      this.isOverlong = false;
      from = end;
    }
    this.keep(bytes.subarray(from));
  }

  /** A last event may lack its empty line. */
  end(): void {
    const rest = this.pending?.take();
    if (rest !== undefined && rest.length > 0) this.look(rest);
  }

  private keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.pending ??= new GrowingBytes();
    this.isOverlong ||= this.pending.length + bytes.length > this.maxEventBytes;
    if (this.isOverlong) this.pending.take();
    else this.pending.append(bytes);
  }

  private look(bytes: Buffer): void {
    if (this.isOverlong || bytes.length > this.maxEventBytes) return;
    const isTelling = this.onFirstToken !== undefined || hasTellingMember(bytes);
    if (!isTelling && bytes[0] !== 0x65) return;
    const { name, data } = readRawEvent(bytes);
    if (data === undefined) return;
    if (this.onFirstToken !== undefined && readEvent({ name, data: data.toString('utf8') }).kind === 'token') {
      this.onFirstToken();
      this.onFirstToken = undefined;
    }
    if (!isTelling && !telling.has(name)) return;
    const parsed = parseBody(data);
    if (parsed.ok) this.onEvent(parsed.value.value, name);
  }
}

/** One that is not `null`, as it is in every chunk. */
function hasTellingMember(bytes: Buffer): boolean {
  const text = bytes.toString('latin1');
  for (const member of tellingMembers) {
    for (let at = text.indexOf(member); at !== -1; at = text.indexOf(member, at + 1)) {
      const colon = behindBlanks(text, at + member.length);
      if (text.charAt(colon) === ':' && text.charAt(behindBlanks(text, colon + 1)) !== 'n') return true;
    }
  }
  return false;
}

function behindBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) at++;
  return at;
}
