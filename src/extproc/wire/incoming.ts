import { Cursor } from './cursor.ts';
import { kind } from './kind.ts';
import { findField, isText, readScalar, type Scalar, type Span } from './struct-read.ts';
import { type JsonMap, readStruct } from './struct-tree.ts';
import { WireError } from './wire-error.ts';

const empty = Buffer.alloc(0);

/** Key of `ProcessingRequest.attributes` under which Envoy files what `request_attributes` asked for. */
const attributeNamespace = 'envoy.filters.http.ext_proc';

/** Envoy allows 100 headers by default and a few thousand at most; beyond this someone is playing. */
const maxHeaders = 10_000;

/** Numbers per header in `Incoming.spans`: start and end of the name, start and end of the value. */
const spanWidth = 4;

/**
 * One `ProcessingRequest`, as views into its bytes. Reusable: `decodeRequest` overwrites whatever it held, so one
 * object per stream (or one per process, where nothing is kept across a wait) serves all messages.
 *
 * Headers are checked and indexed when the message arrives; attributes and metadata are walked only when asked for,
 * and then throw `WireError` themselves if they are malformed.
 */
export class Incoming {
  /** One of `kind`, or 0 for a request that holds none of them (a later Envoy's extension). */
  kind = 0;
  /** Nothing of this direction follows. Always true for trailers. */
  endOfStream = false;
  /** View into the message, empty if there is none. Copy what must outlive the message. */
  body: Buffer = empty;
  headerCount = 0;

  private message: Buffer = empty;
  private readonly cursor = new Cursor(empty);
  private readonly spans: number[] = [];
  private hasAttributes = false;
  private hasMetadata = false;
  private attributesStart = -1;
  private attributesEnd = -1;

  /**
   * Value of a header as latin1, so that any byte survives. Several lines of one name are joined with `, `
   * (RFC 9110 section 5.3). `name` must be lower case, as Envoy sends names.
   */
  header(name: string): string | undefined {
    let value: string | undefined;
    for (let i = 0; i < this.headerCount; i++) {
      const at = i * spanWidth;
      const start = this.spans[at] as number;
      const end = this.spans[at + 1] as number;
      if (end - start === name.length && isText(this.message, start, end, name)) {
        value = value === undefined ? this.headerValue(i) : `${value}, ${this.headerValue(i)}`;
      }
    }
    return value;
  }

  /** Whether there is a header of this name. In lower case, too. */
  has(name: string): boolean {
    for (let i = 0; i < this.headerCount; i++) {
      const at = i * spanWidth;
      const start = this.spans[at] as number;
      const end = this.spans[at + 1] as number;
      if (end - start === name.length && isText(this.message, start, end, name)) return true;
    }
    return false;
  }

  /** Name of header line `index` (0 … `headerCount` - 1), in the order of arrival. */
  headerName(index: number): string {
    const at = index * spanWidth;
    return this.message.toString('latin1', this.spans[at], this.spans[at + 1]);
  }

  /** Value of header line `index` as latin1. */
  headerValue(index: number): string {
    const at = index * spanWidth;
    return this.message.toString('latin1', this.spans[at + 2], this.spans[at + 3]);
  }

  /** Value of header line `index`, the bytes as they came. A view. */
  headerBytes(index: number): Buffer {
    const at = index * spanWidth;
    return this.message.subarray(this.spans[at + 2], this.spans[at + 3]);
  }

  /** What Envoy was told to send by `request_attributes` or `response_attributes`. Only scalars; null is undefined. */
  attribute(name: string): Scalar | undefined {
    if (!this.hasAttributes) {
      return undefined;
    }
    const { cursor } = this;
    if (this.attributesStart < 0) {
      this.attributesStart = 0;
      this.attributesEnd = 0;
      const found = findField(cursor, 0, this.message.length, 9, attributeNamespace);
      if (found) {
        this.attributesStart = found.start;
        this.attributesEnd = found.end;
      }
    }
    return this.scalarIn(this.attributesStart, this.attributesEnd, name);
  }

  /** A scalar of the dynamic metadata that Envoy forwards (`metadata_context.filter_metadata`). */
  metadata(namespace: string, key: string): Scalar | undefined {
    const found = this.namespace(namespace);
    return found && this.scalarIn(found.start, found.end, key);
  }

  /** All that Envoy forwards of one namespace. */
  metadataTree(namespace: string): JsonMap | undefined {
    const found = this.namespace(namespace);
    return found && readStruct(this.cursor, found.start, found.end);
  }

  private namespace(namespace: string): Span | undefined {
    if (!this.hasMetadata) {
      return undefined;
    }
    const { cursor, message } = this;
    let found: Span | undefined;
    cursor.pos = 0;
    while (cursor.pos < message.length) {
      const tag = cursor.tag(message.length);
      if (tag !== 0x42) {
        cursor.skip(tag, message.length);
        continue;
      }
      const length = cursor.length(message.length);
      const end = cursor.pos + length;
      // A second metadata_context merges into the first, a namespace it repeats replaces the earlier one.
      found = findField(cursor, cursor.pos, end, 1, namespace) ?? found;
      cursor.pos = end;
    }
    return found;
  }

  /** Use `decodeRequest`. */
  load(message: Buffer): void {
    this.kind = 0;
    this.endOfStream = false;
    this.body = empty;
    this.headerCount = 0;
    this.message = message;
    this.hasAttributes = false;
    this.hasMetadata = false;
    this.attributesStart = -1;
    const { cursor } = this;
    cursor.bytes = message;
    cursor.pos = 0;
    const end = message.length;
    while (cursor.pos < end) {
      const tag = cursor.tag(end);
      switch (tag) {
        case 0x12:
        case 0x1a:
        case 0x32:
        case 0x3a:
          this.start(tag >>> 3);
          this.loadHeaders(cursor, end);
          break;
        case 0x22:
        case 0x2a:
          this.start(tag >>> 3);
          this.loadBody(cursor, end);
          break;
        case 0x42:
          this.hasMetadata = true;
          cursor.skip(tag, end);
          break;
        case 0x4a:
          this.hasAttributes = true;
          cursor.skip(tag, end);
          break;
        default:
          cursor.skip(tag, end);
      }
    }
  }

  /** Of several members of the oneof the last one counts; the same member twice is merged, as protobuf demands. */
  private start(number: number): void {
    if (this.kind !== number) {
      this.kind = number;
      this.headerCount = 0;
      this.body = empty;
      this.endOfStream = number === kind.requestTrailers || number === kind.responseTrailers;
    }
  }

  private loadHeaders(cursor: Cursor, outer: number): void {
    const end = cursor.length(outer) + cursor.pos;
    while (cursor.pos < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a) {
        const mapEnd = cursor.length(end) + cursor.pos;
        while (cursor.pos < mapEnd) {
          const inner = cursor.tag(mapEnd);
          if (inner === 0x0a) {
            this.loadHeader(cursor, mapEnd);
          } else {
            cursor.skip(inner, mapEnd);
          }
        }
      } else if (tag === 0x18 && this.kind <= kind.responseHeaders) {
        this.endOfStream = cursor.varint(end) !== 0;
      } else {
        cursor.skip(tag, end);
      }
    }
  }

  private loadHeader(cursor: Cursor, outer: number): void {
    const end = cursor.length(outer) + cursor.pos;
    let nameStart = 0;
    let nameEnd = 0;
    let valueStart = 0;
    let valueEnd = 0;
    let rawStart = 0;
    let rawEnd = 0;
    while (cursor.pos < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a) {
        const length = cursor.length(end);
        nameStart = cursor.pos;
        nameEnd = cursor.pos = nameStart + length;
      } else if (tag === 0x1a) {
        const length = cursor.length(end);
        rawStart = cursor.pos;
        rawEnd = cursor.pos = rawStart + length;
      } else if (tag === 0x12) {
        const length = cursor.length(end);
        valueStart = cursor.pos;
        valueEnd = cursor.pos = valueStart + length;
      } else {
        cursor.skip(tag, end);
      }
    }
    if (this.headerCount === maxHeaders) {
      throw new WireError('more headers than are believable', cursor.pos);
    }
    const { spans } = this;
    const at = this.headerCount++ * spanWidth;
    const isRaw = rawEnd > rawStart;
    spans[at] = nameStart;
    spans[at + 1] = nameEnd;
    spans[at + 2] = isRaw ? rawStart : valueStart;
    spans[at + 3] = isRaw ? rawEnd : valueEnd;
  }

  private loadBody(cursor: Cursor, outer: number): void {
    const end = cursor.length(outer) + cursor.pos;
    while (cursor.pos < end) {
      const tag = cursor.tag(end);
      if (tag === 0x0a) {
        const length = cursor.length(end);
        const start = cursor.pos;
        cursor.pos = start + length;
        this.body = length === 0 ? empty : this.message.subarray(start, cursor.pos);
      } else if (tag === 0x10) {
        this.endOfStream = cursor.varint(end) !== 0;
      } else {
        cursor.skip(tag, end);
      }
    }
  }

  private scalarIn(start: number, end: number, key: string): Scalar | undefined {
    const value = findField(this.cursor, start, end, 1, key);
    return value ? readScalar(this.cursor, value.start, value.end) : undefined;
  }
}

/**
 * Reads one `ProcessingRequest`. Throws `WireError` on truncated or malformed bytes; `into` then holds nothing of use.
 * Unknown fields are skipped.
 */
export function decodeRequest(message: Buffer, into: Incoming): void {
  into.load(message);
}
