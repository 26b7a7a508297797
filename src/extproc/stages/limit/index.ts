import { randomBytes } from 'node:crypto';
import type { ReserveOutcome, Store } from '../../../limits/store.ts';
import type { Budget, Limit } from '../../../program/limit.ts';
import type { Program } from '../../../program/program.ts';
import type { Exchange } from '../../exchange.ts';
import type { Stage } from '../../stage.ts';
import { type Verdict, verdict } from '../../verdict.ts';
import { Alerts, type BudgetAlert } from './alerts.ts';
import { answerHeaders } from './answer-headers.ts';
import type { Charge } from './charge.ts';
import { Charges, unmeasured } from './charges.ts';
import { exceededBy, type LimitDecision, tellDecisions } from './decision.ts';
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

/** What a store was asked for. */
interface Asked {
  readonly id: string;
  readonly store: Store;
  readonly charges: readonly Charge[];
}

/** Reserves what a request may use of its limits and budgets before it leaves, and settles when it is over. */
export function limit({ now, storeOf, onAlert, onDecision }: LimitOptions): Stage {
  const reservations = new WeakMap<Exchange, Reservation>();
  const renewals = new Renewals();
  const alerts = new Alerts((alert) => onAlert?.(alert));
  const charging = new Charges(now);
  // Nobody who does not know this can name a reservation of ours.
  const ownId = randomBytes(12).toString('base64url');

  return {
    name: 'limit',
    request(exchange) {
      if (!isLimited(exchange.program)) return verdict.proceed;
      const charges = charging.of(exchange);
      if ('uncountable' in charges) return refuseUncountable(exchange, charges.uncountable);
      return charges.length === 0 ? verdict.proceed : reserve(exchange, charges);
    },
    responseHeaders(exchange, message) {
      if (isLimited(exchange.program)) answerHeaders(exchange, reservations.get(exchange), message, now());
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

  function reserve(exchange: Exchange, charges: readonly Charge[]): Verdict {
    const store = storeOf(exchange.program);
    const asked: Asked = { id: `${ownId}.${exchange.number}`, store, charges };
    const ticket = exchange.suspend();
    const items = charges.map(({ item }) => item);
    store.reserve({ id: asked.id, ttlMs: reservationTtlMs, items }, (outcome) => {
      exchange.contain(() => {
        const decision = decided(exchange, asked, outcome);
        if (decision !== verdict.pending) exchange.resume(ticket, decision);
      });
    });
    return verdict.pending;
  }

  /** Pending: nobody waits any more. */
  function decided(exchange: Exchange, { id, store, charges }: Asked, outcome: ReserveOutcome): Verdict {
    if (onDecision !== undefined) tellDecisions(charges, outcome, onDecision);
    tellAlerts(charges, outcome);
    if (outcome.kind !== 'admitted') return refuse(exchange, charges, outcome, now());
    exchange.exceeded = exceededBy(charges, outcome);
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
}

function isLimited({ limits, budgets }: Program): boolean {
  return limits.all.length > 0 || budgets.all.length > 0;
}

function refuseUncountable(exchange: Exchange, source: Limit | Budget): Verdict {
  const { name: limit } = source;
  return 'period' in source ? refuseUnpriced(exchange, limit) : exchange.reject('limit_not_kept', { limit });
}
