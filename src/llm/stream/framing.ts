const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Finds where events of a `text/event-stream` end, in bytes that are cut anywhere (HTML Living Standard 9.2.6). */
export class EventFraming {
  private isLineEmpty = true;
  private isAfterReturn = false;
  /** The last line ended with a CRLF. */
  private hasPairs = false;
  /** The bytes ended in the middle of the CRLF that ends an event. */
  private isHalfEnd = false;

  /** Behind the empty line that ends the event at hand; -1: not in these bytes. */
  findEnd(bytes: Uint8Array, from: number): number {
    if (this.isHalfEnd && from < bytes.length) {
      this.isHalfEnd = false;
      return bytes[from] === lineFeed ? from + 1 : from;
    }
    let { isLineEmpty, isAfterReturn } = this;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== lineFeed && byte !== carriageReturn) {
        isLineEmpty = false;
        isAfterReturn = false;
      } else if (byte === lineFeed && isAfterReturn) {
        isAfterReturn = false;
        this.hasPairs = true;
      } else {
        isAfterReturn = byte === carriageReturn;
        if (isLineEmpty) return this.endAt(bytes, at, isAfterReturn);
        this.hasPairs = false;
        isLineEmpty = true;
      }
    }
    this.isLineEmpty = isLineEmpty;
    this.isAfterReturn = isAfterReturn;
    return -1;
  }

  private endAt(bytes: Uint8Array, at: number, isReturn: boolean): number {
    this.isLineEmpty = true;
    this.isAfterReturn = false;
    if (!isReturn) return at + 1;
    if (bytes[at + 1] === lineFeed) return at + 2;
    // Where lines end with a lone CR nothing more is to come, and nobody is to wait for it.
    this.isHalfEnd = at + 1 === bytes.length && this.hasPairs;
    return this.isHalfEnd ? -1 : at + 1;
  }
}
