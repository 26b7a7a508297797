import { BudgetUnit, Calendar, LimitUnit, StoreFailure } from '../../../../gen/sluice/program/v1/program_pb.js';
import { createMemoryStore } from '../../../../limits/memory/memory-store.ts';
import type { CounterReport, Store } from '../../../../limits/store.ts';
import { type ProgramInit, programOf } from '../../../../program/testing/program-of.ts';
import type { Metering, UsedAmounts } from '../../../between-stages/metering.ts';
import type { Exchange } from '../../../exchange.ts';
import { exchangeOf, keyIn } from '../../../testing/exchange-of.ts';
import { responseHeadersMessage } from '../../../testing/message.ts';
import { type Verdict, verdict } from '../../../verdict.ts';
import type { BudgetAlert } from '../alerts.ts';
import { limit } from '../index.ts';

export const now = Date.UTC(2026, 10, 21, 12);
const hour = { lengthMs: 3_600_000n };
const month = { calendar: Calendar.MONTH, timeZone: 'UTC' };
export const common = { onStoreFailure: StoreFailure.CLOSED, maxDistinct: 3, defaultOutputReserve: 50, per: ['key'] };

export const requests = { ...common, name: 'requests', unit: LimitUnit.REQUESTS, amount: 2n, window: hour };
export const tokens = { ...common, name: 'tokens', unit: LimitUnit.TOKENS, amount: 100n, window: hour, isFixed: true };
export const atOnce = { ...common, name: 'at-once', unit: LimitUnit.CONCURRENCY, amount: 1n };
export const weighted = {
  ...{ ...common, name: 'weighted', unit: LimitUnit.COST, amount: 100n, window: hour, isFixed: true },
  cost: 'input_tokens + output_tokens * 2u',
};
export const budget = { ...common, name: 'money', unit: BudgetUnit.USD, amount: 1_000n, period: month, blocks: true };

export interface Options {
  readonly init: Pick<ProgramInit, 'limits' | 'budgets' | 'keys' | 'models'>;
  readonly store?: Store;
}

/** The stage with a store in memory; one token of output costs 10 nano-USD. */
export function open({ init, store = createMemoryStore({ now: () => now }) }: Options) {
  const alerts: BudgetAlert[] = [];
  const decisions: string[] = [];
  const stage = limit({
    now: () => now,
    storeOf: () => store,
    onAlert: (alert) => alerts.push(alert),
    onDecision: (name, outcome) => decisions.push(`${name} ${outcome}`),
  });
  const built = (init: Options['init']) => programOf({ keys: [{ name: 'k' }], providers: [{ name: 'a' }], ...init });
  let program = built(init);
  let number = 0;

  function ask(outputCap?: number, fields: Partial<Exchange> = {}) {
    let resumed: Verdict | undefined;
    const used: { now: UsedAmounts } = {
      now: { input: 0, output: 0, total: 0, nanoUsd: 0, goesOn: false, cost: () => 0 },
    };
    const metering: Metering = {
      estimatedInput: 10,
      outputCap,
      worstNanoUsd: (output) => output * 10,
      boundCost: (cost, output) => cost.bound({ model: 'm', backend: 'a', route: '', input: 10, output }),
      onProgress: undefined,
      used: () => used.now,
    };
    const exchange = exchangeOf(program, { key: keyIn(program, 'k'), metering, ...fields });
    Object.assign(exchange, {
      number: ++number,
      flow: {
        resume: (_: number, decision: Verdict) => (resumed = decision),
        fail(error: unknown) {
          throw error;
        },
      },
    });
    const decision = stage.request?.(exchange);
    return {
      exchange,
      metering,
      /** What the request came to, with a store that answers at once. */
      decision: decision === verdict.pending ? resumed : decision,
      get resumed() {
        return resumed;
      },
      end(amounts: Partial<UsedAmounts> = {}) {
        used.now = { ...used.now, ...amounts };
        exchange.ending = 'done';
        stage.end?.(exchange, 'done');
      },
      answered(lines: Record<string, string> = {}) {
        stage.responseHeaders?.(exchange, responseHeadersMessage({ ':status': '200', ...lines }));
        const { setHeaders, removeHeaders } = exchange.answer;
        const at = (name: string): string | undefined => setHeaders[setHeaders.indexOf(name) + 1];
        return { at, removed: removeHeaders };
      },
    };
  }
  return {
    ...{ stage, store, alerts, decisions, ask },
    list: () => store.list(''),
    /** Policy changes. */
    program(init: Options['init']) {
      program = built(init);
    },
  };
}

export function figuresOf(reports: readonly CounterReport[]) {
  return Object.fromEntries(reports.map(({ counter, used, reserved }) => [counter.key, { used, reserved }]));
}

export function bodyOf({ immediate }: Exchange) {
  return JSON.parse(immediate?.body.toString() ?? '') as { readonly error: Readonly<Record<string, unknown>> };
}
