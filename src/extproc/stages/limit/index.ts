import { randomBytes } from 'node:crypto';
import { type Header, limitHeaders } from '../../../limits/headers.ts';
import type { ReserveOutcome, Store } from '../../../limits/store.ts';
import { type Budget, isKept, type Limit } from '../../../program/limit.ts';
import { isUnlisted, type Program } from '../../../program/program.ts';
import type { ExchangeFacts } from '../../../program/scope.ts';
import type { Metering } from '../../between-stages/metering.ts';
import type { Exchange } from '../../exchange.ts';
import { factsOf } from '../../facts.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import type { Incoming } from '../../wire/incoming.ts';
import { Alerts, type BudgetAlert } from './alerts.ts';
import { type Charge, chargeOfBudget, chargeOfLimit, viewOf } from './charge.ts';
import { DistinctCounters } from './distinct-values.ts';
import { refuse, refuseUnpriced } from './rejection.ts';
import { Renewals, reservationTtlMs } from './renewals.ts';
import { endsStreams, Reservation } from './reservation.ts';

export interface LimitOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly storeOf: (program: Program) => Store;
  readonly onAlert?: (alert: BudgetAlert) => void;
  /** For the metrics: what came of a limit or budget. */
  readonly onDecision?: (name: string, outcome: LimitDecision) => void;
}

export type LimitDecision = 'admitted' | 'refused' | 'unavailable' | 'local' | 'open';

/** Reserves what a request may use of its limits and budgets before it leaves, and settles when it is over. */
export function limit({ now, storeOf, onAlert, onDecision }: LimitOptions): Stage {
  const reservations = new WeakMap<Exchange, Reservation>();
  const renewals = new Renewals();
  const alerts = new Alerts((alert) => onAlert?.(alert));
  const distinct = new DistinctCounters();
  // Nobody who does not know this can name a reservation of ours.
  const ownId = randomBytes(12).toString('base64url');
  const limits: Limit[] = [];
  const budgets: Budget[] = [];

  return {
    name: 'limit',
    request(exchange) {
      const { program, metering, model } = exchange;
      if (!isLimited(program)) return verdict.proceed;
      const facts = factsOf(exchange);
      program.limits.collect(facts, limits);
      program.budgets.collect(facts, budgets);
      if (limits.length === 0 && budgets.length === 0) return verdict.proceed;
      const charges = chargesOf(facts, metering ?? unmeasured, model !== undefined && isUnlisted(program, model));
      if (!isCharged(charges)) return refuseUncountable(exchange, charges);
      return charges.length === 0 ? verdict.proceed : reserve(exchange, charges);
    },
    responseHeaders(exchange, message) {
      if (!isLimited(exchange.program)) return verdict.proceed;
      const reservation = reservations.get(exchange);
      const ours = reservation === undefined ? noHeaders : headersOf(exchange, reservation);
      if (!bringsOwnCredential(exchange)) removeForeign(exchange, ours, message);
      for (const [name, value] of ours) exchange.answer.set(name, value);
      return verdict.proceed;
    },
    end(exchange) {
      const reservation = reservations.get(exchange);
      if (reservation === undefined) return;
      reservations.delete(exchange);
      renewals.delete(reservation);
      reservation.settle(exchange.metering?.used() ?? unmeasured.used(), alerts);
    },
  };

  /** All of them, or the limit that nobody can keep, or the budget that refuses what has no price. */
  function chargesOf(facts: ExchangeFacts, metering: Metering, isModelOpen: boolean): Charge[] | Limit | Budget {
    const charges: Charge[] = [];
    for (const each of limits) {
      if (!isKept(each)) return each;
      charges.push(chargeOfLimit(each, counterValue(each, facts, isModelOpen), metering));
    }
    for (const each of budgets) {
      const charge = chargeOfBudget(each, counterValue(each, facts, isModelOpen), metering, now());
      if (charge !== 'unpriced') charges.push(charge);
      else if (each.unpriced === 'deny' && each.enforce === 'block') return each;
    }
    return charges;
  }

  /** `isModelOpen`: callers choose the name of the model, too. */
  function counterValue(source: Limit | Budget, facts: ExchangeFacts, isModelOpen: boolean): string {
    const { counter } = source;
    const value = counter.keyOf(facts);
    if (!counter.isOpenEnded && !(isModelOpen && counter.per.includes('model'))) return value;
    return distinct.of(source).admit(value, now());
  }

  function reserve(exchange: Exchange, charges: readonly Charge[]): Verdict {
    const { program } = exchange;
    const id = `${ownId}.${exchange.number}`;
    const store = storeOf(program);
    const ticket = exchange.suspend();
    const items = charges.map(({ item }) => item);
    store.reserve({ id, ttlMs: reservationTtlMs, items }, (outcome) => {
      exchange.contain(() => {
        const decision = decided(exchange, id, store, charges, outcome);
        if (decision !== verdict.pending) exchange.resume(ticket, decision);
      });
    });
    return verdict.pending;
  }

  /** Pending: nobody waits any more. */
  function decided(
    exchange: Exchange,
    id: string,
    store: Store,
    charges: readonly Charge[],
    outcome: ReserveOutcome,
  ): Verdict {
    tell(charges, outcome);
    tellAlerts(charges, outcome);
    if (outcome.kind !== 'admitted') return refuse(exchange, charges, outcome, now());
    const reservation = new Reservation(id, store, charges, outcome);
    if (exchange.ending !== undefined) {
      // The caller has gone meanwhile: nothing was used.
      reservation.settle(unmeasured.used(), alerts);
      return verdict.pending;
    }
    reservations.set(exchange, reservation);
    renewals.add(reservation);
    const { metering } = exchange;
    if (metering !== undefined && charges.some(endsStreams)) {
      exchange.mayEndStream = true;
      metering.onProgress = (outputTokens) => reservation.overrun(metering, outputTokens, alerts);
    }
    return verdict.proceed;
  }

  /** Of a refusal only what refused: the others had room, or were not looked at. */
  function tell(charges: readonly Charge[], outcome: ReserveOutcome): void {
    if (onDecision === undefined) return;
    for (const [index, { source }] of charges.entries()) {
      if (outcome.kind === 'unavailable') onDecision(source.name, 'unavailable');
      else if (outcome.kind === 'admitted') {
        const mode = outcome.modes?.[index];
        onDecision(source.name, mode === 'local' || mode === 'open' ? mode : 'admitted');
      } else if (outcome.index === index) {
        onDecision(source.name, outcome.reason === 'store-failure' ? 'unavailable' : 'refused');
      }
    }
  }

  /** What was spent before this request, and nobody has been told: of processors that died. */
  function tellAlerts(charges: readonly Charge[], outcome: ReserveOutcome): void {
    if (outcome.kind === 'unavailable') return;
    const all = outcome.kind === 'admitted' ? outcome.grants : outcome.figures;
    for (const [index, charge] of charges.entries()) {
      const figures = all[index];
      if (outcome.isUnheard) alerts.unheard(charge);
      else if (figures !== undefined) alerts.heard(charge, figures);
    }
  }

  function headersOf({ dialect }: Exchange, { charges, grants, modes }: Reservation): readonly Header[] {
    const limits = charges.flatMap((charge, index) => {
      const grant = grants[index];
      return grant === undefined ? [] : [viewOf(charge, grant)];
    });
    return limitHeaders({ dialect, limits, now: now(), modes });
  }
}

const noHeaders: readonly Header[] = [];

function isLimited({ limits, budgets }: Program): boolean {
  return limits.all.length > 0 || budgets.all.length > 0;
}

/** The provider's figures are about the operator's account, and nobody else's business. */
const foreign = /^(?:x-ratelimit-|anthropic-ratelimit-|ratelimit(?:-policy)?$)/;

function removeForeign({ answer }: Exchange, ours: readonly Header[], message: Incoming): void {
  for (let index = 0; index < message.headerCount; index++) {
    const name = message.headerName(index);
    if (foreign.test(name) && !ours.some(([own]) => own === name)) answer.remove(name);
  }
}

function bringsOwnCredential({ key, targets, attempts }: Exchange): boolean {
  const answered = targets[Math.max(attempts, 1) - 1];
  return answered !== undefined && key?.credentials?.has(answered.provider.name) === true;
}

function isCharged(charges: readonly Charge[] | Limit | Budget): charges is readonly Charge[] {
  return Array.isArray(charges);
}

function refuseUncountable(exchange: Exchange, source: Limit | Budget): Verdict {
  const { name: limit } = source;
  return 'period' in source ? refuseUnpriced(exchange, limit) : exchange.reject('limit_not_kept', { limit });
}

const nothing = { model: '', backend: '', route: '', input: 0, output: 0 };

/** A request whose body nobody has read. */
const unmeasured: Metering = {
  estimatedInput: 0,
  outputCap: undefined,
  worstNanoUsd: () => undefined,
  boundCost: (expression) => expression.bound(nothing),
  onProgress: undefined,
  used: () => ({ input: 0, output: 0, total: 0, nanoUsd: 0, goesOn: false, cost: () => 0 }),
};
