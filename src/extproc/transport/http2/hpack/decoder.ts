import { ConnectionFault, http2Code } from '../error.ts';
import { DynamicTable, sizeOf } from './dynamic-table.ts';
import { decodeHuffman } from './huffman.ts';
import { staticTable } from './static-table.ts';

/** SETTINGS_HEADER_TABLE_SIZE where nobody says otherwise, and we do not. */
const tableBytes = 4_096;

/** Reads header blocks (RFC 7541). All blocks of a connection must come here, in order: they build on each other. */
export class HpackDecoder {
  private readonly dynamic = new DynamicTable(tableBytes);
  private readonly maxListBytes: number;
  private block: Buffer = Buffer.alloc(0);
  private at = 0;

  /** `maxListBytes`: of all names and values of one block, once they are unpacked. */
  constructor(maxListBytes: number) {
    this.maxListBytes = maxListBytes;
  }

  /** Names and values in turns. */
  decode(block: Buffer): string[] {
    this.block = block;
    this.at = 0;
    const list: string[] = [];
    let bytes = 0;
    while (this.at < block.length) {
      const first = block[this.at] as number;
      if (first >= 0x20 && first < 0x40) {
        if (list.length > 0) throw fault('a table size among headers');
        this.resize();
        continue;
      }
      let name: string;
      let value: string;
      if (first >= 0x80) {
        const index = this.integer(0x7f);
        name = this.nameAt(index);
        value = this.valueAt(index);
      } else {
        const isKept = first >= 0x40;
        const index = this.integer(isKept ? 0x3f : 0x0f);
        name = index === 0 ? this.text() : this.nameAt(index);
        value = this.text();
        if (isKept) this.dynamic.add(name, value);
      }
      bytes += sizeOf(name, value);
      if (bytes > this.maxListBytes) throw new ConnectionFault(http2Code.enhanceYourCalm, 'headers are too long');
      list.push(name, value);
    }
    return list;
  }

  private resize(): void {
    const size = this.integer(0x1f);
    if (size > tableBytes) throw fault('a table that is larger than allowed');
    this.dynamic.resize(size);
  }

  private nameAt(index: number): string {
    const entry = staticTable[index - 1];
    const name = entry === undefined ? this.dynamic.name(index - staticTable.length - 1) : entry[0];
    if (index === 0 || name === undefined) throw fault(`there is no header ${index}`);
    return name;
  }

  private valueAt(index: number): string {
    const entry = staticTable[index - 1];
    return entry === undefined ? (this.dynamic.value(index - staticTable.length - 1) ?? '') : entry[1];
  }

  /** `mask`: the bits of the first byte that belong to the number. */
  private integer(mask: number): number {
    let value = this.byte() & mask;
    if (value < mask) return value;
    for (let shift = 0; shift <= 21; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw fault('a number is too large');
  }

  private text(): string {
    const { block } = this;
    const isHuffman = (block[this.at] ?? 0) >= 0x80;
    const length = this.integer(0x7f);
    const start = this.at;
    const end = start + length;
    if (end > block.length) throw fault('a header is cut off');
    this.at = end;
    return isHuffman ? decodeHuffman(block, start, end) : block.toString('latin1', start, end);
  }

  private byte(): number {
    const byte = this.block[this.at++];
    if (byte === undefined) throw fault('a header block is cut off');
    return byte;
  }
}

function fault(message: string): ConnectionFault {
  return new ConnectionFault(http2Code.compressionError, message);
}
