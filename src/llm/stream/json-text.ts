import type { ChannelText, OpenChannel } from './channel.ts';

const scalar = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
/** Longer than any number that is one. */
const longestScalar = 1_000;
const longestField = 200;

type Expected = 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end' | 'nothing';

/**
 * JSON that arrives in pieces: the arguments of a tool call. Every string value is a text of its own, unescaped before it
 * goes through its channel and escaped again behind it. Names, numbers and everything between them pass as they are, and
 * so do the escapes of what the channel leaves alone.
 *
 * From the point on where the text turns out not to be JSON, the rest of it is one text.
 */
export class JsonText implements ChannelText {
  last = '';
  private readonly open: OpenChannel;
  /** Not JSON: the channel of the rest. */
  private plain: ChannelText | undefined;
  private expected: Expected = 'value';
  /** One entry per open object or array: the name that it stands under. */
  private readonly fields: (string | undefined)[] = [];
  private readonly isObject: boolean[] = [];
  private field: string | undefined;
  private inside: 'string' | 'name' | 'scalar' | undefined;
  private channel: ChannelText | undefined;
  /** Of a string: an escape or a character that is not complete yet. Otherwise the name or the scalar so far. */
  private cut = '';
  private isEscaped = false;
  private out = '';

  constructor(open: OpenChannel) {
    this.open = open;
  }

  push(text: string): string | undefined {
    if (this.plain !== undefined) return this.ofPlain(this.plain, '', this.plain.push(text));
    this.out = '';
    let at = 0;
    while (at < text.length) {
      const from = at;
      if (this.inside === 'string') at = this.goThroughString(text, from);
      else if (this.inside === 'name') at = this.goThroughName(text, from);
      else if (this.inside === 'scalar') at = this.goThroughScalar(text, from);
      else at = this.goThroughStructure(text, from);
      if (at === stopped) return undefined;
      if (at === noJson) return this.breakOff(text.slice(from));
    }
    return this.out;
  }

  end(): string | undefined {
    if (this.plain !== undefined) return this.ofPlain(this.plain, '', this.plain.end());
    const { channel, cut } = this;
    this.channel = undefined;
    this.cut = '';
    // Cut off in the middle: names and numbers pass, as they do otherwise.
    if (channel === undefined) return this.inside === 'scalar' ? cut : '';
    const rest = channel.end();
    if (rest !== undefined) return escaped(rest) + cut;
    this.last = escaped(channel.last ?? '');
    return undefined;
  }

  /** Goes past blanks, brackets and commas, up to the beginning of a string or scalar. */
  private goThroughStructure(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d) continue;
      if (!this.takes(code)) {
        // What came before is passed already when the rest is read as text.
        if (at === from) return noJson;
        this.out += text.slice(from, at);
        return at;
      }
      if (this.inside === undefined) continue;
      const end = this.inside === 'scalar' ? at : at + 1;
      this.out += text.slice(from, end);
      return end;
    }
    this.out += text.slice(from);
    return text.length;
  }

  /** Whether a character may stand here; it then has been taken into account. */
  private takes(code: number): boolean {
    switch (code) {
      case 0x22:
        if (this.expected === 'name' || this.expected === 'name or end') {
          this.inside = 'name';
          return true;
        }
        if (!this.isValueExpected()) return false;
        this.inside = 'string';
        this.channel = this.open('toolInput', this.field);
        return true;
      case 0x7b:
      case 0x5b:
        if (!this.isValueExpected()) return false;
        this.fields.push(this.field);
        this.isObject.push(code === 0x7b);
        this.expected = code === 0x7b ? 'name or end' : 'value or end';
        return true;
      case 0x7d:
      case 0x5d:
        if (!this.isEndExpected(code === 0x7d)) return false;
        this.isObject.pop();
        this.field = this.fields.pop();
        this.endValue();
        return true;
      case 0x3a:
        if (this.expected !== 'colon') return false;
        this.expected = 'value';
        return true;
      case 0x2c:
        if (this.expected !== 'comma or end') return false;
        this.expected = this.isObject.at(-1) === true ? 'name' : 'value';
        return true;
      default:
        // A bare word or number in place of an object is read as a text.
        if (this.isObject.length === 0 || !this.isValueExpected() || !isScalarUnit(code)) return false;
        this.inside = 'scalar';
        return true;
    }
  }

  private goThroughString(text: string, from: number): number {
    let at = from;
    while (this.cut !== '' && !isWholeEscape(this.cut)) {
      if (at === text.length) return at;
      this.cut += text.charAt(at++);
    }
    const start = at;
    let end = -1;
    let isClosed = false;
    while (end === -1) {
      const code = text.charCodeAt(at);
      if (at >= text.length) end = at;
      else if (code === 0x22) {
        end = at;
        isClosed = true;
      } else if (code !== 0x5c) at++;
      else {
        const length = text.charCodeAt(at + 1) === 0x75 ? 6 : 2;
        if (at + length > text.length) end = at;
        else at += length;
      }
    }
    // Half of a character would be spelled as an escape, and its other half not.
    if (!isClosed && end === text.length && end > start && (text.charCodeAt(end - 1) & 0xfc00) === 0xd800) end--;
    const passed = this.passString(this.cut + text.slice(start, end), isClosed);
    if (passed === undefined) return stopped;
    this.out += passed;
    this.cut = isClosed ? '' : text.slice(end);
    return isClosed ? end + 1 : text.length;
  }

  private passString(raw: string, isClosed: boolean): string | undefined {
    const { channel } = this;
    if (channel === undefined) return undefined;
    const meant = unescaped(raw);
    let released = meant === '' ? '' : channel.push(meant);
    if (released === undefined) return this.stopped(channel, '');
    if (isClosed) {
      this.channel = undefined;
      this.inside = undefined;
      this.endValue();
      const rest = channel.end();
      if (rest === undefined) return this.stopped(channel, released);
      released += rest;
    }
    const out = released === meant ? raw : escaped(released);
    return isClosed ? `${out}"` : out;
  }

  private stopped(channel: ChannelText, released: string): undefined {
    this.last = this.out + escaped(released + (channel.last ?? ''));
    return undefined;
  }

  private ofPlain(plain: ChannelText, before: string, released: string | undefined): string | undefined {
    if (released !== undefined) return before + released;
    this.last = before + (plain.last ?? '');
    return undefined;
  }

  private goThroughName(text: string, from: number): number {
    for (let at = from; at < text.length; at++) {
      if (text.charCodeAt(at) === 0x22 && !this.isEscaped) {
        this.field = unescaped(this.cut.slice(0, longestField));
        this.cut = '';
        this.inside = undefined;
        this.expected = 'colon';
        this.out += text.slice(from, at + 1);
        return at + 1;
      }
      this.isEscaped = text.charCodeAt(at) === 0x5c && !this.isEscaped;
      if (this.cut.length < longestField) this.cut += text.charAt(at);
    }
    this.out += text.slice(from);
    return text.length;
  }

  private goThroughScalar(text: string, from: number): number {
    let at = from;
    while (at < text.length && isScalarUnit(text.charCodeAt(at))) at++;
    const token = this.cut + text.slice(from, at);
    if (token.length > longestScalar || (at < text.length && !scalar.test(token))) return noJson;
    if (at === text.length) {
      this.cut = token;
      return at;
    }
    this.cut = '';
    this.inside = undefined;
    this.endValue();
    this.out += token;
    return at;
  }

  private endValue(): void {
    this.expected = this.isObject.length === 0 ? 'nothing' : 'comma or end';
  }

  private isValueExpected(): boolean {
    return this.expected === 'value' || this.expected === 'value or end';
  }

  private isEndExpected(isOfObject: boolean): boolean {
    if (this.isObject.length === 0 || this.isObject.at(-1) !== isOfObject) return false;
    return this.expected === 'comma or end' || this.expected === (isOfObject ? 'name or end' : 'value or end');
  }

  private breakOff(rest: string): string | undefined {
    this.plain = this.open('toolInput');
    const released = this.plain.push(this.cut + rest);
    this.cut = '';
    return this.ofPlain(this.plain, this.out, released);
  }
}

/** In place of a position. */
const stopped = -1;
const noJson = -2;

function isScalarUnit(code: number): boolean {
  return (
    (code >= 0x30 && code <= 0x39) ||
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    code === 0x2b ||
    code === 0x2d ||
    code === 0x2e
  );
}

function isWholeEscape(text: string): boolean {
  if (text.charCodeAt(0) !== 0x5c) return true;
  return text.length >= 2 && (text.charCodeAt(1) !== 0x75 || text.length >= 6);
}

/** A wrong escape stands for itself: the caller will not be able to read it anyway. */
function unescaped(raw: string): string {
  if (!raw.includes('\\')) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
