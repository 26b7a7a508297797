import { type BodySendMode, bodySendMode, responseBodyOverride } from './wire/mode.ts';
import { continueFrame, encodeMutation, type Mutation } from './wire/outgoing.ts';

/**
 * What the stages want changed, collected over one phase and encoded once. One object serves all phases of an exchange.
 */
export class Answer implements Mutation {
  readonly setHeaders: string[] = [];
  readonly removeHeaders: string[] = [];
  body: Buffer | undefined = undefined;
  clearBody = false;
  replace = false;
  clearRouteCache = false;
  metadata: Buffer | undefined = undefined;
  modeOverride: Buffer | undefined = undefined;

  /** Replaces a header or adds it. The value is latin1. */
  set(name: string, value: string): void {
    this.setHeaders.push(name, value);
  }

  remove(name: string): void {
    this.removeHeaders.push(name);
  }

  /** Adds fields to the dynamic metadata; encoded Structs put behind each other are their merge. */
  addMetadata(struct: Buffer): void {
    this.metadata = this.metadata === undefined ? struct : Buffer.concat([this.metadata, struct]);
  }

  /** How the response body comes. Only in the answer to response headers. */
  setResponseBodyMode(mode: BodySendMode): void {
    if (mode === bodySendMode.buffered) this.modeOverride = responseBodyOverride.buffered;
    else if (mode === bodySendMode.streamed) this.modeOverride = responseBodyOverride.streamed;
    else if (mode === bodySendMode.fullDuplexStreamed) this.modeOverride = responseBodyOverride.fullDuplexStreamed;
  }

  /** The answer to a message of this kind, as a frame; afterwards nothing is collected. */
  encode(kind: number): Buffer {
    if (this.isUntouched()) return continueFrame(kind);
    const frame = encodeMutation(kind, this);
    this.clear();
    return frame;
  }

  private isUntouched(): boolean {
    return (
      this.setHeaders.length === 0 &&
      this.removeHeaders.length === 0 &&
      this.body === undefined &&
      !this.clearBody &&
      !this.replace &&
      !this.clearRouteCache &&
      this.metadata === undefined &&
      this.modeOverride === undefined
    );
  }

  private clear(): void {
    this.setHeaders.length = 0;
    this.removeHeaders.length = 0;
    this.body = undefined;
    this.clearBody = false;
    this.replace = false;
    this.clearRouteCache = false;
    this.metadata = undefined;
    this.modeOverride = undefined;
  }
}
