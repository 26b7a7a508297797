const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const colon = 0x3a;
const blank = 0x20;

/** What the bytes of one event say. */
export interface RawEvent {
  readonly bytes: Buffer;
  /** Of the `event` field; empty: none. */
  readonly name: string;
  /** The `data` lines, joined by line feeds; undefined: it has none, and means nothing to a caller. */
  readonly data: Buffer | undefined;
  /** Of each `data` line: where it begins, where its value begins, where that ends, and where the next line begins. */
  readonly dataLines: readonly number[];
  /** Where lines begin and end that are neither fields of events nor comments. Clients pass over them. */
  readonly strayLines: readonly number[];
}

export function readRawEvent(bytes: Buffer): RawEvent {
  let name = '';
  const dataLines: number[] = [];
  const strayLines: number[] = [];
  const hasReturn = bytes.includes(carriageReturn);
  // A mark at the beginning of the stream belongs to no field.
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    let end = bytes.indexOf(lineFeed, at);
    if (end === -1) end = bytes.length;
    let next = end + 1;
    if (hasReturn) {
      const carriage = bytes.indexOf(carriageReturn, at);
      if (carriage !== -1 && carriage < end) {
        next = carriage + 1 === end ? end + 1 : carriage + 1;
        end = carriage;
      }
    }
    // `data` and `event`, by their first letters.
    if (bytes[at] === 0x64 && isField(bytes, at, end, 'data')) {
      dataLines.push(at, valueStart(bytes, at + 4, end), end, Math.min(next, bytes.length));
    } else if (bytes[at] === 0x65 && isField(bytes, at, end, 'event')) {
      name = bytes.toString('latin1', valueStart(bytes, at + 5, end), end);
    } else if (isStray(bytes, at, end)) strayLines.push(at, Math.min(next, bytes.length));
    at = next;
  }
  return { bytes, name, data: joined(bytes, dataLines), dataLines, strayLines };
}

/** Neither empty nor a comment nor one of the other fields. */
function isStray(bytes: Buffer, at: number, end: number): boolean {
  if (at === end || bytes[at] === colon) return false;
  return !isField(bytes, at, end, 'id') && !isField(bytes, at, end, 'retry');
}

/** The bytes of the event without its stray lines. */
export function withoutStrayLines({ bytes, strayLines }: RawEvent): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let line = 0; line < strayLines.length; line += 2) {
    parts.push(bytes.subarray(from, strayLines[line]));
    from = strayLines[line + 1] ?? bytes.length;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

/** The event with other data: all else, comments and fields, as it was. */
export function withData({ bytes, dataLines }: RawEvent, json: string): Buffer {
  const [lineStart = 0, start = 0, end = 0] = dataLines;
  // Between values only; inside of a string JSON has no line ends.
  const value = Buffer.from(/[\r\n]/.test(json) ? json.replace(/[\r\n]+/g, ' ') : json);
  if (dataLines.length === 4) return Buffer.concat([bytes.subarray(0, start), value, bytes.subarray(end)]);
  const parts = [bytes.subarray(0, lineStart), Buffer.from('data: '), value];
  for (let line = 0; line < dataLines.length; line += 4) {
    const isLast = line + 4 === dataLines.length;
    // Behind the first line its own end stays, behind the others nothing does.
    parts.push(bytes.subarray(line === 0 ? end : dataLines[line + 3], isLast ? bytes.length : dataLines[line + 4]));
  }
  return Buffer.concat(parts);
}

function isField(bytes: Buffer, at: number, end: number, name: string): boolean {
  const behind = at + name.length;
  if (behind > end || (behind < end && bytes[behind] !== colon)) return false;
  return bytes.toString('latin1', at, behind) === name;
}

/** One blank behind the colon belongs to the field, not to its value. */
function valueStart(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return end;
  return bytes[at + 1] === blank && at + 1 < end ? at + 2 : at + 1;
}

function joined(bytes: Buffer, lines: readonly number[]): Buffer | undefined {
  if (lines.length === 0) return undefined;
  if (lines.length === 4) return bytes.subarray(lines[1], lines[2]);
  const parts: Buffer[] = [];
  for (let line = 0; line < lines.length; line += 4) {
    if (line > 0) parts.push(Buffer.from('\n'));
    parts.push(bytes.subarray(lines[line + 1], lines[line + 2]));
  }
  return Buffer.concat(parts);
}
