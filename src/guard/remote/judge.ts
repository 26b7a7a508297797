import type { CancelJudgement, RemoteFailure, RemoteJudge, RemoteText, RemoteVerdict } from '../remote-judge.ts';
import type { Phase } from '../rule.ts';
import type { Circuit, Pass } from './circuit.ts';
import { fold, isDecided, type JudgingRule } from './fold.ts';
import { isFailureOfService, type Outcome, outcomeOf } from './outcome.ts';
import { divide, recallFrom } from './recall.ts';
import type { Piece, Service } from './service.ts';
import type { Slots } from './slots.ts';
import type { Transport } from './transport.ts';
import type { VerdictCache } from './verdict-cache.ts';

/** What rules with equal specs share. */
export interface Connection {
  /** Of the spec and its credentials: part of every key of the cache. */
  readonly id: string;
  readonly service: Service;
  readonly circuit: Circuit;
  readonly slots: Slots;
  readonly cache: VerdictCache;
  readonly transport: Transport;
}

export interface Surroundings {
  readonly now: () => number;
  readonly measured: (service: string, outcome: string, ms: number) => void;
}

/** A text of megabytes is thousands of requests to some services, each of which is paid for. */
const mostRequests = 256;

const shortestAnswerBound = 256 * 1024;

export function remoteJudge(connection: Connection, rule: JudgingRule, surroundings: Surroundings): RemoteJudge {
  return {
    judge: (texts, phase, deadline, done) => judge(connection, rule, surroundings, { texts, phase, deadline, done }),
  };
}

interface Question {
  readonly texts: readonly RemoteText[];
  readonly phase: Phase;
  readonly deadline: number;
  readonly done: (verdict: RemoteVerdict) => void;
}

function judge(
  { id, service, circuit, slots, cache, transport }: Connection,
  rule: JudgingRule,
  { now, measured }: Surroundings,
  { texts, phase, deadline, done }: Question,
): CancelJudgement {
  const started = now();
  const { cacheMs = 0, mostConcurrent = 1 } = rule.remote ?? {};
  const recall = recallFrom({ cache, id, phase, cacheMs, now });
  const known = divide(service.pieces(texts, phase), recall, service);
  const { batches } = known;
  const judged = [...known.judged];
  const cancels = new Map<() => void, Pass>();
  let failure: RemoteFailure | undefined;
  let hasCountedFailure = false;
  let isOver = false;
  let isGone = false;
  let leave: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  function stop(outcome: 'failed' | 'cancelled'): void {
    isOver = true;
    clearTimeout(timer);
    leave?.();
    for (const [cancel, pass] of cancels) {
      cancel();
      settle(pass, outcome);
    }
    cancels.clear();
  }

  /** Many pieces of one text that fail together are one failure: they say no more about the service than one. */
  function settle(pass: Pass, outcome: 'answered' | 'failed' | 'cancelled'): void {
    pass.settle(outcome === 'failed' && hasCountedFailure ? 'cancelled' : outcome, now());
    hasCountedFailure ||= outcome === 'failed';
  }

  function finish(outcome: 'failed' | 'cancelled' = 'cancelled'): void {
    if (isOver) return;
    stop(outcome);
    const verdict = fold(texts, judged, failure, rule);
    // Never from inside `judge`, whatever is known already.
    queueMicrotask(() => {
      if (isGone) return;
      measured(service.name, verdict.kind === 'failed' ? verdict.reason : verdict.kind, now() - started);
      done(verdict);
    });
  }

  function take(batch: readonly Piece[], outcome: Outcome): void {
    if (typeof outcome === 'string') {
      failure ??= outcome;
      return;
    }
    for (const [index, piece] of batch.entries()) {
      const verdict = outcome[index];
      if (verdict === undefined) continue;
      judged.push({ piece, verdict });
      recall.keep(piece, verdict);
    }
  }

  function oneLess(): void {
    if (--open === 0 || isDecided(judged, failure, rule)) finish();
  }

  let open = batches.length;
  if (open === 0 || isDecided(judged, failure, rule)) {
    finish();
    return () => {
      isGone = true;
    };
  }

  const ask = (batch: readonly Piece[]) => (release: () => void) => {
    if (isOver) {
      release();
      return;
    }
    const pass = circuit.enter(now());
    if (pass === undefined) {
      take(batch, 'circuitOpen');
      release();
      oneLess();
      return;
    }
    const request = service.request(batch, texts, phase);
    const longestAnswer = Math.max(shortestAnswerBound, 2 * Buffer.byteLength(request.body));
    const { origin, ca } = service;
    const abort = transport.post({ origin, ca, ...request, longestAnswer }, (reply) => {
      cancels.delete(cancel);
      const outcome = outcomeOf(reply, batch, service);
      settle(pass, isFailureOfService(outcome) ? 'failed' : 'answered');
      take(batch, outcome);
      oneLess();
      release();
    });
    const cancel = () => {
      abort();
      release();
    };
    cancels.set(cancel, pass);
  };

  if (batches.length > mostRequests) {
    failure = 'overloaded';
    finish();
  } else if (deadline <= started) {
    // Asking and breaking off would look like a failure of the service.
    failure = 'timeout';
    finish();
  } else {
    timer = setTimeout(() => {
      failure ??= 'timeout';
      finish('failed');
    }, deadline - started);
    leave = slots.enter(batches.map(ask), mostConcurrent);
    if (leave === undefined) {
      failure = 'overloaded';
      finish();
    } else if (isOver) leave();
  }
  return () => {
    isGone = true;
    if (!isOver) stop('cancelled');
  };
}
