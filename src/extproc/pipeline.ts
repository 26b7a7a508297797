import type { Answer } from './answer.ts';
import type { Ending, Exchange } from './exchange.ts';
import type { Stage } from './stage.ts';
import { type Verdict, verdict } from './verdict.ts';
import type { AttemptWatch } from './watched/attempt-watch.ts';
import type { Incoming } from './wire/incoming.ts';

type With<Phase extends keyof Stage> = Stage & Required<Pick<Stage, Phase>>;

/**
 * The stages in their order. Each method runs the stages of one phase until one of them does not say `proceed`;
 * `stoppedAt` then tells which, and a suspended phase goes on behind it.
 */
export class Pipeline {
  /** Index of the stage that stopped the last run, within its phase. Read at once: runs of other exchanges follow. */
  stoppedAt = 0;
  private readonly ofPrepare: readonly With<'prepare'>[];
  private readonly ofRequestHeaders: readonly With<'requestHeaders'>[];
  private readonly ofRequest: readonly With<'request'>[];
  private readonly ofResponseHeaders: readonly With<'responseHeaders'>[];
  private readonly ofResponseBody: readonly With<'responseBody'>[];
  private readonly ofLaterAttempt: readonly With<'laterAttempt'>[];
  private readonly ofWatch: readonly With<'watch'>[];
  private readonly ofEnd: readonly With<'end'>[];
  private readonly onStageError: (stage: string, error: unknown) => void;

  constructor(stages: readonly Stage[], onStageError: (stage: string, error: unknown) => void) {
    this.ofPrepare = stages.filter((stage) => has(stage, 'prepare'));
    this.ofRequestHeaders = stages.filter((stage) => has(stage, 'requestHeaders'));
    this.ofRequest = stages.filter((stage) => has(stage, 'request'));
    this.ofResponseHeaders = stages.filter((stage) => has(stage, 'responseHeaders'));
    this.ofResponseBody = stages.filter((stage) => has(stage, 'responseBody'));
    this.ofLaterAttempt = stages.filter((stage) => has(stage, 'laterAttempt'));
    this.ofWatch = stages.filter((stage) => has(stage, 'watch'));
    this.ofEnd = stages.filter((stage) => has(stage, 'end'));
    this.onStageError = onStageError;
  }

  /** A stage that fails here does what it wanted to do when a request comes. */
  prepare(program: Exchange['program']): void {
    for (const stage of this.ofPrepare) {
      try {
        stage.prepare(program);
      } catch (error) {
        this.onStageError(stage.name, error);
      }
    }
  }

  requestHeaders(exchange: Exchange, message: Incoming, from = 0): Verdict {
    const stages = this.ofRequestHeaders;
    for (let i = from; i < stages.length; i++) {
      const decision = (stages[i] as With<'requestHeaders'>).requestHeaders(exchange, message);
      if (decision !== verdict.proceed) return this.stop(i, decision);
    }
    return verdict.proceed;
  }

  request(exchange: Exchange, from = 0): Verdict {
    const stages = this.ofRequest;
    for (let i = from; i < stages.length; i++) {
      const decision = (stages[i] as With<'request'>).request(exchange);
      if (decision !== verdict.proceed) return this.stop(i, decision);
    }
    return verdict.proceed;
  }

  responseHeaders(exchange: Exchange, message: Incoming, from = 0): Verdict {
    const stages = this.ofResponseHeaders;
    for (let i = from; i < stages.length; i++) {
      const decision = (stages[i] as With<'responseHeaders'>).responseHeaders(exchange, message);
      if (decision !== verdict.proceed) return this.stop(i, decision);
    }
    return verdict.proceed;
  }

  responseBody(exchange: Exchange, chunk: Buffer, isLast: boolean, from = 0): Verdict {
    const stages = this.ofResponseBody;
    for (let i = from; i < stages.length; i++) {
      const decision = (stages[i] as With<'responseBody'>).responseBody(exchange, chunk, isLast);
      if (decision !== verdict.proceed) return this.stop(i, decision);
    }
    return verdict.proceed;
  }

  laterAttempt(exchange: Exchange, attempt: number, answer: Answer, message: Incoming): Verdict {
    for (const stage of this.ofLaterAttempt) {
      const decision = stage.laterAttempt(exchange, attempt, answer, message);
      if (decision !== verdict.proceed) return decision;
    }
    return verdict.proceed;
  }

  /** The first stage that wants to watch does. */
  watch(exchange: Exchange, attempt: number): AttemptWatch | undefined {
    for (const stage of this.ofWatch) {
      const watch = stage.watch(exchange, attempt);
      if (watch !== undefined) return watch;
    }
    return undefined;
  }

  /** The first call counts. One stage that fails does not keep the others from settling. */
  end(exchange: Exchange, how: Ending): boolean {
    if (exchange.ending !== undefined) return false;
    exchange.ending = how;
    for (const stage of this.ofEnd) {
      try {
        stage.end(exchange, how);
      } catch (error) {
        this.onStageError(stage.name, error);
      }
    }
    return true;
  }

  private stop(index: number, decision: Verdict): Verdict {
    this.stoppedAt = index;
    return decision;
  }
}

function has<Phase extends keyof Stage>(stage: Stage, phase: Phase): stage is With<Phase> {
  return stage[phase] !== undefined;
}
