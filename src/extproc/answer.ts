import { inLog, inRoute } from './metadata.ts';
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
  /** Made from the fields below when the answer is encoded. */
  metadata: Buffer | undefined = undefined;
  /** The chain, for Envoy's router. */
  typedMetadata: Buffer | undefined = undefined;
  /** Encoded Struct fields (`structField`) by which later attempts find their request. */
  readonly routeFields: Buffer[] = [];
  /** The same for the access log. */
  readonly logFields: Buffer[] = [];
  modeOverride: Buffer | undefined = undefined;

  /** Replaces a header or adds it. The value is latin1. */
  set(name: string, value: string): void {
    this.setHeaders.push(name, value);
  }

  remove(name: string): void {
    this.removeHeaders.push(name);
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
    this.metadata = this.collectedMetadata();
    const frame = encodeMutation(kind, this);
    this.clear();
    return frame;
  }

  /** Takes back what was collected. */
  discard(): void {
    this.clear();
  }

  private isUntouched(): boolean {
    return (
      this.setHeaders.length === 0 &&
      this.removeHeaders.length === 0 &&
      this.body === undefined &&
      !this.clearBody &&
      !this.replace &&
      !this.clearRouteCache &&
      this.routeFields.length === 0 &&
      this.logFields.length === 0 &&
      this.typedMetadata === undefined &&
      this.modeOverride === undefined
    );
  }

  private clear(): void {
    // An array that is emptied gives its memory back and asks for it again: only where there is something.
    if (this.setHeaders.length > 0) this.setHeaders.length = 0;
    if (this.removeHeaders.length > 0) this.removeHeaders.length = 0;
    if (this.routeFields.length > 0) this.routeFields.length = 0;
    if (this.logFields.length > 0) this.logFields.length = 0;
    this.body = undefined;
    this.clearBody = false;
    this.replace = false;
    this.clearRouteCache = false;
    this.metadata = undefined;
    this.typedMetadata = undefined;
    this.modeOverride = undefined;
  }

  /** Each namespace once: of two Structs with the same one Envoy would keep the later. */
  private collectedMetadata(): Buffer | undefined {
    const route = this.routeFields.length === 0 ? undefined : inRoute(this.routeFields);
    const log = this.logFields.length === 0 ? undefined : inLog(this.logFields);
    if (route === undefined) return log;
    return log === undefined ? route : Buffer.concat([route, log]);
  }
}
