import { sha256Hex } from '../../lib/hash.ts';
import type { CancelJudgement, RemoteFailure, RemoteJudge, RemoteText, RemoteVerdict } from '../remote-judge.ts';
import type { Phase } from '../rule.ts';
import { parseAnswer } from './answer.ts';
import type { Circuit, Pass } from './circuit.ts';
import { fold, hangsOnEveryPiece, type JudgedPiece, type JudgingRule } from './fold.ts';
import type { Piece, PieceVerdict, Service } from './service.ts';
import type { Slots } from './slots.ts';
import type { Reply, Transport } from './transport.ts';
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
  const judged: JudgedPiece[] = [];
  const cancels = new Map<() => void, Pass>();
  let failure: RemoteFailure | undefined;
  let hasCountedFailure = false;
  let isOver = false;
  let isGone = false;
  let leave: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const keyOf = ({ aspect, content }: Piece) => sha256Hex(`${id}\n${phase}\n${aspect}\n${content}`);

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

  /** Whether the rest cannot change what becomes of the texts. */
  function isDecided(): boolean {
    if (failure !== undefined && (hangsOnEveryPiece(rule) || isClosedBlock(rule))) return true;
    return rule.action === 'block' && judged.some(({ verdict }) => verdict.kind !== 'clear');
  }

  function take(batch: readonly Piece[], outcome: readonly PieceVerdict[] | RemoteFailure): void {
    if (typeof outcome === 'string') {
      failure ??= outcome;
      return;
    }
    for (const [index, piece] of batch.entries()) {
      const verdict = outcome[index];
      if (verdict === undefined) continue;
      judged.push({ piece, verdict });
      const isSettled = verdict.kind !== 'flagged' || !verdict.isTogether;
      if (cacheMs > 0 && isSettled) cache.set(keyOf(piece), verdict, now());
    }
  }

  const pieces = service.pieces(texts, phase);
  const unknown: Piece[] = [];
  for (const piece of pieces) {
    const verdict = cacheMs > 0 ? cache.get(keyOf(piece), cacheMs, now()) : undefined;
    if (verdict === undefined) unknown.push(piece);
    else judged.push({ piece, verdict });
  }
  const batches = service.batches(unknown, pieces);
  // What is asked again is not known: a webhook gets all texts or none.
  const asked = new Set(batches.flat());
  for (let at = judged.length - 1; at >= 0; at--) {
    const known = judged[at];
    if (known !== undefined && asked.has(known.piece)) judged.splice(at, 1);
  }
  let open = batches.length;
  if (open === 0 || isDecided()) {
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
      if (--open === 0 || isDecided()) finish();
      return;
    }
    const request = service.request(batch, texts, phase);
    const longestAnswer = Math.max(shortestAnswerBound, 2 * Buffer.byteLength(request.body));
    const { origin, ca } = service;
    const abort = transport.post({ origin, ca, ...request, longestAnswer }, (reply) => {
      cancels.delete(cancel);
      const outcome = readReply(reply, batch, service);
      settle(pass, isFailure(outcome) ? 'failed' : 'answered');
      take(batch, outcome);
      if (--open === 0 || isDecided()) finish();
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

function isClosedBlock({ action, remote }: JudgingRule): boolean {
  return action === 'block' && remote?.onFailure !== 'open';
}

function readReply(reply: Reply, batch: readonly Piece[], service: Service): readonly PieceVerdict[] | RemoteFailure {
  if (reply.kind === 'broken') return 'unreachable';
  if (reply.kind === 'tooLong') return 'invalidAnswer';
  const { status, body } = reply;
  if (status === 200) return service.read(parseAnswer(body), batch) ?? 'invalidAnswer';
  if (status === 429 || status === 503) return 'overloaded';
  if (status >= 500 || status === 408) return 'unreachable';
  return status >= 300 ? 'refused' : 'invalidAnswer';
}

/** A refusal is an answer: a text that the service does not take must not keep others from it. */
function isFailure(outcome: readonly PieceVerdict[] | RemoteFailure): boolean {
  return typeof outcome === 'string' && outcome !== 'refused';
}
