import type { Engine } from '../engine.ts';
import { Exchange, type Flow } from '../exchange.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { decodeRequest, Incoming } from '../wire/incoming.ts';

/** The phases through which one exchange goes, in their order. */
export const phase = { requestHeaders: 0, request: 1, responseHeaders: 2, responseBody: 3 } as const;
export type Phase = (typeof phase)[keyof typeof phase];

/** Hears of what comes out of a phase that had to wait. */
export interface PhaseOwner {
  decided(decision: Verdict): void;
  /** A stage did not decide in time. */
  overdue(): void;
  failed(error: unknown): void;
}

const nothing = Buffer.alloc(0);

/** Runs the phases of one exchange, knows how far the present one got, and takes it up again when a stage has waited. */
export class PhaseRun implements Flow {
  readonly exchange: Exchange;
  /** The one that runs, or ran last. */
  phase: Phase = phase.requestHeaders;
  isSuspended = false;
  /** The piece of the response body at hand. */
  chunk: Buffer = nothing;
  private readonly engine: Engine;
  private readonly owner: PhaseOwner;
  private message: Incoming;
  private isLast = false;
  private isRunning = false;
  private resumeAt = 0;
  /** What a stage decided that resumed before it returned. */
  private early: Verdict = verdict.pending;
  private timer: NodeJS.Timeout | undefined = undefined;

  /** `message`: the headers of the request, as long as the first phase runs. */
  constructor(engine: Engine, program: Exchange['program'], owner: PhaseOwner, message: Incoming) {
    this.engine = engine;
    this.owner = owner;
    this.message = message;
    this.exchange = new Exchange(program, engine.registry.nextNumber(), engine.monotonic(), this);
  }

  /** Runs a phase that needs the message in which headers came. `bytes`: the message, in case it must outlive this call. */
  headers(
    which: typeof phase.requestHeaders | typeof phase.responseHeaders,
    message: Incoming,
    bytes: Buffer,
  ): Verdict {
    this.phase = which;
    this.message = message;
    const decision = this.run(0);
    if (decision === verdict.pending) this.keepMessage(bytes);
    return decision;
  }

  /** The request is complete. */
  request(): Verdict {
    this.phase = phase.request;
    const decision = this.run(0);
    if (decision === verdict.pending) this.exchange.keepBody();
    return decision;
  }

  /** `chunk` is a view into `bytes`, or empty. */
  responseBody(chunk: Buffer, isLast: boolean, bytes: Buffer): Verdict {
    this.phase = phase.responseBody;
    this.chunk = chunk;
    this.isLast = isLast;
    const decision = this.run(0);
    if (decision === verdict.pending) this.keepMessage(bytes);
    return decision;
  }

  resume(ticket: number, decision: Verdict): void {
    const { exchange } = this;
    if (exchange.ending !== undefined || ticket !== exchange.ticket) return;
    // Used up: a second call with this ticket finds another number.
    exchange.ticket++;
    if (this.isRunning) {
      this.early = decision;
      return;
    }
    if (!this.isSuspended) return;
    this.stopWaiting();
    try {
      this.owner.decided(decision === verdict.proceed ? this.run(this.resumeAt) : decision);
    } catch (error) {
      this.owner.failed(error);
    }
  }

  fail(error: unknown): void {
    // Within a stage, which fails as a whole.
    if (this.isRunning) throw error;
    this.owner.failed(error);
  }

  /** No phase follows, and what a stage may still be waiting for does not matter. */
  stopWaiting(): void {
    clearTimeout(this.timer);
    this.isSuspended = false;
  }

  /** Runs the present phase from a stage on. */
  private run(from: number): Verdict {
    const { pipeline } = this.engine;
    let at = from;
    for (;;) {
      this.early = verdict.pending;
      const decision = this.stages(at);
      if (decision !== verdict.pending) return decision;
      at = pipeline.stoppedAt + 1;
      if (this.early === verdict.pending) {
        this.suspend(at);
        return verdict.pending;
      }
      if (this.early !== verdict.proceed) return this.early;
    }
  }

  private stages(from: number): Verdict {
    const { exchange, message } = this;
    const { pipeline } = this.engine;
    this.isRunning = true;
    try {
      switch (this.phase) {
        case phase.requestHeaders:
          return pipeline.requestHeaders(exchange, message, from);
        case phase.request:
          return pipeline.request(exchange, from);
        case phase.responseHeaders:
          return pipeline.responseHeaders(exchange, message, from);
        default:
          return pipeline.responseBody(exchange, this.chunk, this.isLast, from);
      }
    } finally {
      this.isRunning = false;
    }
  }

  private suspend(resumeAt: number): void {
    this.isSuspended = true;
    this.resumeAt = resumeAt;
    this.timer = setTimeout(() => {
      this.isSuspended = false;
      this.owner.overdue();
    }, this.engine.suspensionTimeoutMs);
  }

  /** The message must outlive the wait: other streams read theirs into the shared object meanwhile. */
  private keepMessage(bytes: Buffer): void {
    const own = new Incoming();
    decodeRequest(Buffer.from(bytes), own);
    this.message = own;
    this.chunk = own.body;
  }
}
