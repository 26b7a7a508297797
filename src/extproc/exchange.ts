import type { ErrorParams } from '../errors/row.ts';
import type { ErrorCode } from '../errors/table.ts';
import type { TraceSpan } from '../lib/trace.ts';
import type { BodyEdit, Dialect, Key, Model, Program, Provider, Route, Target } from '../program/program.ts';
import { Answer } from './answer.ts';
import type { BodyReader } from './between-stages/body-reader.ts';
import type { Metering } from './between-stages/metering.ts';
import type { BodyMember, ModelListing, RequestApi } from './between-stages/request-api.ts';
import type { ResponseListener } from './between-stages/response-listener.ts';
import type { ResponseTexts } from './between-stages/response-texts.ts';
import type { Rejection } from './rejection.ts';
import type { AttemptOutcome, AttemptTrail } from './trail/attempt-trail.ts';
import { type Verdict, verdict } from './verdict.ts';
import { type BodySendMode, bodySendMode } from './wire/mode.ts';
import type { ImmediateAnswer } from './wire/outgoing.ts';
import type { JsonMap } from './wire/struct-tree.ts';

/**
 * How an exchange ended. `done`: the caller got the response of a provider; `rejected`: an answer of ours; `reset`: the
 * caller or Envoy went away first; `timedOut`: a stage waited too long, or a
 * provider fell silent.
 */
export type Ending = 'done' | 'rejected' | 'reset' | 'timedOut';

/** A target of the chain together with the provider that its name meant when the request came. */
export interface PlannedTarget {
  readonly target: Target;
  readonly provider: Provider;
}

/** Continues the pipeline of an exchange that a stage has suspended. */
export interface Flow {
  resume(ticket: number, decision: Verdict): void;
  /** Something went wrong while the exchange waited: it ends with an error. */
  fail(error: unknown): void;
}

const empty = Buffer.alloc(0);
const none: readonly never[] = [];

/**
 * Everything the processor holds for one request. All fields exist from the start and keep their type, so that all
 * exchanges share one shape. Each field says which stage writes it.
 */
export class Exchange {
  /** The program in force when the request came; a later one does not touch it. */
  readonly program: Program;
  /** Unique within this process and not repeated by the next one. */
  readonly number: number;
  /** `performance.now()` of the first message. */
  readonly startedAt: number;
  readonly answer = new Answer();
  readonly flow: Flow;

  method = '';
  /** With query. */
  path = '';
  requestId = '';
  /** The shape in which this caller reads errors and lists. */
  dialect: Dialect = 'openai';
  /** Values of `program.observedHeaders`, same order. */
  observed: readonly (string | undefined)[] = none;

  /** token: what Envoy has noted of tokens, until it is known which ones count. */
  noted: JsonMap | undefined = undefined;
  /** Before any stage: name of the filter whose tokens are demanded here and not by Envoy. */
  demandedTokens: string | undefined = undefined;
  /** token: the listener wants a token, and this is how the one that came is wrong. A route may want another one instead. */
  owed: ErrorCode | undefined = undefined;
  /** token: by model, why no route can be chosen by what a token says. Mostly there are no such routes. */
  unsaid: ReadonlyMap<string, ErrorCode> | undefined = undefined;
  /** token: headers that hold a token, good or bad, and so no key. */
  tokenHeaders: readonly string[] = none;

  /** authenticate */
  key: Key | undefined = undefined;

  /** identify */
  api: RequestApi | undefined = undefined;
  /** passthrough: nobody looks into the body, one target is planned already. */
  isPassthrough = false;
  /** identify: the caller asks which models there are. */
  listing: ModelListing | undefined = undefined;

  /** The request body as it came, or as the guard has left it; empty if there is none. Let go when no attempt can need it any more. */
  body: Buffer = empty;
  /** guard: `body`, `json` and `members` are not the caller's any more. */
  isBodyChanged = false;
  /** parse */
  json: Readonly<Record<string, unknown>> | undefined = undefined;
  /** parse: where the top-level members are, for patching. */
  members: readonly BodyMember[] = none;
  /** parse */
  isStream = false;

  /** resolve: what the body says. */
  modelInBody = '';
  /** resolve: the same without a provider's name in front. */
  modelAsWritten = '';
  /** resolve */
  model: Model | undefined = undefined;
  /** resolve: only targets of this provider may serve; empty: any. */
  onlyProvider = '';

  /** plan */
  route: Route | undefined = undefined;
  /** plan, or passthrough: in the order of the attempts. */
  targets: readonly PlannedTarget[] = none;

  /** attempt: the headers in which a key or a token has come. None of them leaves. */
  shownCredentials: readonly string[] = none;
  /** attempt: what the caller says of who pays at the provider, by header. */
  payers: Map<string, string> | undefined = undefined;
  /** attempt: it is on its way to a provider. */
  hasLeft = false;
  /** attempt: each attempt's response is judged before the router sees it. */
  isWatched = false;
  /** `Engine.monotonic()` when the request was ready to leave. */
  leftAt = 0;
  /** How its attempts went, from the first one that a stream of its own is about. */
  trail: AttemptTrail | undefined = undefined;

  /** respond: which attempt answered, 1 for the first; 0 before. */
  attempts = 0;
  /** respond: how that attempt went. */
  outcome: AttemptOutcome | undefined = undefined;
  /** respond; of a rejection: the status of its error. */
  status = 0;
  /** guard, before the response comes: decides what the caller may read of it. */
  responseTexts: ResponseTexts | undefined = undefined;
  /** account: undefined: nobody needs to know what the request uses. */
  metering: Metering | undefined = undefined;
  /** limit: which limits and budgets that refuse nobody had no room for it, by name; undefined: none. */
  exceeded: readonly string[] | undefined = undefined;
  /** account: changes of the body on every attempt, before those of the provider. */
  bodyEdits: readonly BodyEdit[] = none;
  /** account, before the response comes: wants to know what the response says. */
  listener: ResponseListener | undefined = undefined;
  /** account: the listener may want to end a stream. */
  mayEndStream = false;
  /** account: the caller did not ask for the usage that a stream was asked for. */
  hidesUsage = false;
  /** read */
  bodyReader: BodyReader | undefined = undefined;
  /** Any stage, in the response headers phase. */
  responseBodyMode: BodySendMode = bodySendMode.none;

  /** trace: of the request, and of the attempt that runs; undefined while tracing is off. */
  span: TraceSpan | undefined = undefined;
  attemptSpan: TraceSpan | undefined = undefined;

  rejection: Rejection | undefined = undefined;
  immediate: ImmediateAnswer | undefined = undefined;
  /** With which a response ends early that the caller has begun to read. */
  lastBytes: Buffer | undefined = undefined;

  ending: Ending | undefined = undefined;
  /** Grows with each suspension, so that a late or second resume of an earlier one is recognised. */
  ticket = 0;

  constructor(program: Program, number: number, startedAt: number, flow: Flow) {
    this.program = program;
    this.number = number;
    this.startedAt = startedAt;
    this.flow = flow;
  }

  /** The caller gets this error. Returns the verdict for the stage to pass on. */
  reject(code: ErrorCode, params: ErrorParams = {}): Verdict {
    this.rejection = { code, params };
    return verdict.answered;
  }

  /** The caller gets this answer. */
  respondWith(immediate: ImmediateAnswer): Verdict {
    this.immediate = immediate;
    return verdict.answered;
  }

  /**
   * In the response body phase, where the body comes in full duplex: the caller gets these bytes instead of the piece at
   * hand, and then the end. The provider's stream is cancelled.
   */
  endResponseWith(lastBytes: Buffer, rejection: Rejection): Verdict {
    this.lastBytes = lastBytes;
    this.rejection = rejection;
    return verdict.answered;
  }

  /** Before a stage returns `verdict.pending`. The ticket belongs to this one suspension. */
  suspend(): number {
    return ++this.ticket;
  }

  /** Continues behind the stage that suspended. Ignored if the exchange has ended, or the ticket is used up. */
  resume(ticket: number, decision: Verdict): void {
    this.flow.resume(ticket, decision);
  }

  /** Runs what a callback does for this exchange: what it throws is a failure of the exchange, not of the process. */
  contain(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.flow.fail(error);
    }
  }

  /** Value of one of `program.observedHeaders` as the caller sent it, or as a token says it. */
  observedHeader(name: string): string | undefined {
    const index = this.program.observedHeaders.indexOf(name);
    return index < 0 ? undefined : this.observed[index];
  }

  /** Puts a value, or that there is none, in the place of what the caller has sent. */
  observe(name: string, value: string | undefined): void {
    const index = this.program.observedHeaders.indexOf(name);
    if (index >= 0) this.observed = this.observed.with(index, value);
    this.payers?.delete(name);
  }

  /**
   * The body outlives the message it came in. A small one is a view into a socket's buffer of up to 64 KiB, which it
   * would keep alive for the whole request.
   */
  keepBody(): void {
    if (this.body.buffer.byteLength > 2 * this.body.length) this.body = Buffer.from(this.body);
  }

  /** The request is not needed any more: no attempt can follow. */
  releaseRequest(): void {
    this.body = empty;
    this.json = undefined;
    this.members = none;
  }
}
