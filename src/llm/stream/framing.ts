const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Finds where events of a `text/event-stream` end, in bytes that are cut anywhere (HTML Living Standard 9.2.6). */
export class EventFraming {
  private isLineEmpty = true;
  private isAfterReturn = false;

  /**
   * Behind the empty line that ends the event at hand; -1: not in these bytes. The line feed of a CRLF that is cut in
   * the middle becomes the first byte of the next event, where it means nothing.
   */
  findEnd(bytes: Uint8Array, from: number): number {
    let { isLineEmpty, isAfterReturn } = this;
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte !== lineFeed && byte !== carriageReturn) {
        isLineEmpty = false;
        isAfterReturn = false;
      } else if (byte === lineFeed && isAfterReturn) isAfterReturn = false;
      else {
        isAfterReturn = byte === carriageReturn;
        if (isLineEmpty) {
          const isWholeEnd = isAfterReturn && bytes[at + 1] === lineFeed;
          this.isLineEmpty = true;
          this.isAfterReturn = isAfterReturn && !isWholeEnd;
          return isWholeEnd ? at + 2 : at + 1;
        }
        isLineEmpty = true;
      }
    }
    this.isLineEmpty = isLineEmpty;
    this.isAfterReturn = isAfterReturn;
    return -1;
  }
}
