import { parseBody } from '../json/parse.ts';
import type { Member } from '../json/scan.ts';
import { type Filling, type Form, filled, formOf, type SlotKind } from './form.ts';
import { type RawEvent, readRawEvent } from './raw-event.ts';
import type { Piece } from './shape.ts';

const quote = 0x22;
const backslash = 0x5c;
const lineFeed = 0x0a;
/** Longer than any number that is one exactly. */
const mostDigits = 15;

/* What stands in no event: none of them needs an escape. */
const probes = {
  text: '~sluice asks: is this the text?~',
  number: '907199254740881',
  padding: '~sluice asks: is this the padding?~',
} as const;

/** How an event goes out in which the text is, or is not, another one. */
export type Rewrite = (event: RawEvent, members: readonly Member[], changed: string | undefined) => Buffer;

/**
 * An event that was understood, and that is expected again with another text: of a long answer, most are. One that
 * differs in its text, its number and its padding alone means the same, so that it need not be parsed: what stands in the
 * strings and in the number is checked here, and nothing else differs.
 */
export class Template {
  readonly piece: Piece;
  /** As it was parsed, with the number of the last one that brought text. */
  readonly event: Record<string, unknown>;
  /** What the last event that matched says. */
  text = '';
  private readonly known: Form;
  private readonly unchanged: Form;
  private readonly changed: Form;
  private readonly filling: Filling = { text: '', number: '', padding: '' };

  private constructor(piece: Piece, event: object, known: Form, unchanged: Form, changed: Form) {
    this.piece = piece;
    this.event = { ...event };
    this.known = known;
    this.unchanged = unchanged;
    this.changed = changed;
  }

  /** Undefined where the place of the text is not beyond doubt: it is put to the test with another one. */
  static of(event: RawEvent, members: readonly Member[], piece: Piece, rewrite: Rewrite): Template | undefined {
    const asked = withProbes(event, members, piece);
    const parsed = asked?.data && parseBody(asked.data);
    if (asked === undefined || parsed?.ok !== true) return undefined;
    const { value, members: ofAsked } = parsed.value;
    if (valueAt(value, piece) !== probes.text) return undefined;
    const known = formOf(asked.bytes, probes);
    const unchanged = formOf(rewrite(asked, ofAsked, undefined), probes);
    const changed = formOf(rewrite(asked, ofAsked, probes.text), probes);
    if (known === undefined || unchanged === undefined || changed === undefined) return undefined;
    // Found without a look at line ends, an event must end with one that nothing can add to.
    const last = known.parts.at(-1);
    if (last?.at(-1) !== lineFeed || !known.slots.includes('text')) return undefined;
    const shared = (form: Form): Form => (sameForm(known, form) ? known : form);
    return new Template(piece, value, known, shared(unchanged), shared(changed));
  }

  /** The number of the last event that matched; undefined: such events have none. */
  get number(): number | undefined {
    const { number } = this.filling;
    return number === '' ? undefined : Number(number);
  }

  /** An event of this make at `from`: where it ends. -1: there is none, or it cannot be read at a glance. */
  match(bytes: Buffer, from: number): number {
    const { parts, slots } = this.known;
    let at = from;
    for (let index = 0; index < parts.length; index++) {
      const part = parts[index] as Buffer;
      const end = at + part.length;
      if (end > bytes.length || bytes.compare(part, 0, part.length, at, end) !== 0) return -1;
      at = end;
      const slot = slots[index];
      if (slot === undefined) continue;
      at =
        slot === 'text'
          ? this.readText(bytes, at)
          : slot === 'number'
            ? this.readNumber(bytes, at)
            : this.readPadding(bytes, at);
      if (at === -1) return -1;
    }
    // An event without text brings no piece.
    if (this.filling.number !== '' && this.text !== '') this.event.sequence_number = Number(this.filling.number);
    return at;
  }

  /** The last event that matched, as it goes out with its own text; undefined: as it came. */
  sent(): Buffer | undefined {
    if (this.unchanged === this.known) return undefined;
    const bytes = filled(this.unchanged, this.filling);
    // A view would keep much larger bytes alive.
    this.filling.text = '';
    this.filling.padding = '';
    return bytes;
  }

  /** The same with another text. */
  sentWith(text: string): Buffer {
    this.filling.text = mustEscape.test(text) ? JSON.stringify(text).slice(1, -1) : text;
    return filled(this.changed, this.filling);
  }

  private readText(bytes: Buffer, start: number): number {
    let end = start;
    let isPlain = true;
    for (;;) {
      const byte = bytes[end];
      if (byte === undefined || byte < 0x20) return -1;
      if (byte === quote) break;
      if (byte === backslash) end++;
      if (byte === backslash || byte > 0x7e) isPlain = false;
      end++;
    }
    if (end > bytes.length) return -1;
    if (isPlain) this.text = bytes.toString('latin1', start, end);
    else {
      const inside = bytes.toString('utf8', start, end);
      // What bytes that are no UTF-8 are read as.
      if (inside.includes('\ufffd')) return -1;
      try {
        this.text = JSON.parse(`"${inside}"`) as string;
      } catch {
        return -1;
      }
    }
    if (this.unchanged !== this.known) this.filling.text = bytes.subarray(start, end);
    return end;
  }

  private readNumber(bytes: Buffer, start: number): number {
    let end = start;
    while (isDigit(bytes[end])) end++;
    if (end === start || end - start > mostDigits || (bytes[start] === 0x30 && end > start + 1)) return -1;
    this.filling.number = bytes.toString('latin1', start, end);
    return end;
  }

  private readPadding(bytes: Buffer, start: number): number {
    let end = start;
    for (;;) {
      const byte = bytes[end];
      if (byte === quote) break;
      if (byte === undefined || byte < 0x20 || byte > 0x7e || byte === backslash) return -1;
      end++;
    }
    if (this.unchanged !== this.known) this.filling.padding = bytes.subarray(start, end);
    return end;
  }
}

/** Anything but what JSON spells as it is: no quote, backslash, control character or half of a surrogate pair. */
const mustEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** The event with a probe in each of its slots. */
function withProbes(event: RawEvent, members: readonly Member[], piece: Piece): RawEvent | undefined {
  const { bytes, data, dataLines } = event;
  if (data === undefined || dataLines.length !== 4) return undefined;
  const [, dataStart = 0, dataEnd = 0] = dataLines;
  const literal = JSON.stringify(piece.text);
  const at = bytes.indexOf(literal);
  if (at === -1 || bytes.indexOf(literal, at + 1) !== -1) return undefined;
  const end = at + Buffer.byteLength(literal);
  if (at < dataStart || end > dataEnd) return undefined;
  const slots: { readonly kind: SlotKind; readonly start: number; readonly end: number }[] = [
    { kind: 'text', start: at + 1, end: end - 1 },
  ];
  for (const { name, valueStart, end: valueEnd } of members) {
    const first = data[valueStart];
    if (name === 'sequence_number' && isDigit(first)) {
      slots.push({ kind: 'number', start: dataStart + valueStart, end: dataStart + valueEnd });
    } else if (name === 'obfuscation') {
      if (first !== quote) return undefined;
      slots.push({ kind: 'padding', start: dataStart + valueStart + 1, end: dataStart + valueEnd - 1 });
    }
  }
  slots.sort((one, other) => one.start - other.start);
  const parts: Buffer[] = [];
  let from = 0;
  for (const slot of slots) {
    if (slot.start < from) return undefined;
    parts.push(bytes.subarray(from, slot.start), Buffer.from(probes[slot.kind]));
    from = slot.end;
  }
  parts.push(bytes.subarray(from));
  return readRawEvent(Buffer.concat(parts));
}

function valueAt(json: unknown, { path }: Piece): unknown {
  let value = json;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

function sameForm(one: Form, other: Form): boolean {
  return (
    one.slots.join() === other.slots.join() &&
    one.parts.every((part, index) => other.parts[index]?.equals(part) === true)
  );
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}
