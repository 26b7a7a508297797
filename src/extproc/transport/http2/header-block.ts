import { ConnectionFault, http2Code, protocolFault } from './error.ts';
import { flag, headLength } from './frame.ts';
import { unpadded } from './padding.ts';

const priorityLength = 5;

/** The header block at hand: begun by HEADERS, continued by CONTINUATION frames, between which nothing else may come. */
export class HeaderBlock {
  stream = 0;
  endsStream = false;
  private readonly maxBytes: number;
  private parts: Buffer[] = [];
  private bytes = 0;

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
  }

  get isOpen(): boolean {
    return this.parts.length > 0;
  }

  /** The whole block, or undefined if it goes on in the next frame. */
  begin(stream: number, flags: number, payload: Buffer): Buffer | undefined {
    let part = (flags & flag.padded) !== 0 ? unpadded(payload) : payload;
    if ((flags & flag.priority) !== 0) {
      if (part.length < priorityLength) {
        throw new ConnectionFault(http2Code.frameSizeError, 'HEADERS too short for a priority');
      }
      part = part.subarray(priorityLength);
    }
    this.stream = stream;
    this.endsStream = (flags & flag.endStream) !== 0;
    if ((flags & flag.endHeaders) !== 0) return part;
    this.parts.push(part);
    this.bytes = part.length;
    return undefined;
  }

  continue(stream: number, flags: number, part: Buffer): Buffer | undefined {
    if (!this.isOpen || stream !== this.stream) throw protocolFault('CONTINUATION of nothing');
    // Heads count as well, otherwise empty frames could go on without end.
    this.bytes += headLength + part.length;
    if (this.bytes > this.maxBytes) throw new ConnectionFault(http2Code.enhanceYourCalm, 'headers are too long');
    this.parts.push(part);
    if ((flags & flag.endHeaders) === 0) return undefined;
    const block = Buffer.concat(this.parts);
    this.parts = [];
    return block;
  }
}
