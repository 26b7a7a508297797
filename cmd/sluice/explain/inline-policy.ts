import { explainRule } from '../../../src/guard/explain.ts';
import { localDetector } from '../../../src/guard/local-detector.ts';
import { isLocal } from '../../../src/guard/rule.ts';
import { windowOverlap, windowSize } from '../../../src/guard/stream/windowed.ts';
import { formatNano } from '../../../src/lib/decimal.ts';
import { formatDuration } from '../../../src/lib/duration.ts';
import { formatQuantity } from '../../../src/lib/quantity.ts';
import type { GuardRule, Guardrail } from '../../../src/program/guardrail.ts';
import { type Budget, budgetAmount, isKept, type Limit, type Window } from '../../../src/program/limit.ts';
import type { Key, Route } from '../../../src/program/program.ts';
import type { ExchangeFacts, Scoped } from '../../../src/program/scope.ts';
import type { Applying } from './applying.ts';
import { type PricedProgram, priceText } from './price-text.ts';

/** What is decided about a request besides its way: each line a rule, a limit, a budget or a price. */
export interface InlinePolicy {
  readonly guardrails: readonly string[];
  readonly limits: readonly string[];
  readonly budgets: readonly string[];
  readonly price: readonly string[];
}

export const noInlinePolicy: InlinePolicy = { guardrails: [], limits: [], budgets: [], price: [] };

/** A request, and the route that answers it. */
export interface RoutedRequest {
  readonly facts: ExchangeFacts;
  readonly route: Route;
}

export function explainInlinePolicy(
  { program, gateway }: PricedProgram,
  { facts, route }: RoutedRequest,
  { guardrails, limits, budgets }: Applying,
  now: number,
): InlinePolicy {
  return {
    guardrails: [
      ...guardrails.flatMap((guardrail) => guardrail.rules.map((rule) => ruleText(guardrail, rule))),
      ...dependent(program.guardrails.all, facts),
    ],
    limits: [...limits.map((limit) => limitText(limit, facts)), ...dependent(program.limits.all, facts)],
    budgets: [...budgets.map((budget) => budgetText(budget, facts, now)), ...dependent(program.budgets.all, facts)],
    price: route.targets.map((target) => priceText({ program, gateway }, facts.model, target)),
  };
}

/** Those that apply to some of these requests only, and not by the headers that are known. */
function dependent(all: readonly Scoped[], facts: ExchangeFacts): string[] {
  return all
    .filter(({ scope }) => scope.headers.length > 0 && scope.mayMatch(facts) && !scope.matches(facts))
    .map(({ name, scope }) => `${name}: only for certain values of ${scope.headers.join(' and ')}`);
}

/** As the processor knows them, without a request and so with those headers only that are given. */
export function factsOf(
  key: Key,
  model: string,
  route: Route,
  api = 'chat.completions',
  headers: Readonly<Record<string, string>> = {},
): ExchangeFacts {
  return {
    key: key.name,
    user: key.user,
    team: key.team,
    project: key.project,
    model,
    providers: [...new Set(route.targets.map(({ provider }) => provider))],
    api,
    route: route.name,
    labels: key.labels,
    header: (name) => headers[name],
  };
}

function ruleText(guardrail: Guardrail, rule: GuardRule): string {
  const { detector, remote } = rule;
  const phases = [...(rule.onRequest ? ['requests'] : []), ...(rule.onResponse ? ['responses'] : [])].join(' and ');
  const action = guardrail.isObserving ? 'observe' : rule.action;
  const service =
    remote === undefined ? '' : `; asks a service for at most ${remote.timeoutMs} ms, fails ${remote.onFailure}`;
  return `${guardrail.name}/${rule.name}: ${detector.kind} in ${phases}: ${action}${service}${streamText(guardrail, rule)}`;
}

function streamText(guardrail: Guardrail, rule: GuardRule): string {
  if (!rule.onResponse) return '';
  const { detector } = rule;
  const action = guardrail.isObserving ? ('observe' as const) : rule.action;
  const spec = { ...rule, action, guardrail: guardrail.name };
  const { streaming, holdBack, isRemote } = explainRule(
    spec,
    'response',
    isLocal(detector) ? localDetector(detector) : undefined,
  );
  if (action === 'observe') {
    return `; streams pass undelayed${isRemote || streaming === 'buffer' ? ', and are looked at when they are over' : ''}`;
  }
  switch (streaming) {
    case 'none':
      return '';
    case 'incremental':
      return `; streams pass as they come, at most ${holdBack} characters held back`;
    case 'window':
      return `; needs whole texts: streams are judged in windows of ${windowSize} characters, ${windowOverlap} of them shared`;
    case 'buffer':
      return '; needs whole texts: streams are held until they are complete';
  }
}

function limitText(limit: Limit, facts: ExchangeFacts): string {
  const { name, window, onStoreFailure, admitsWhileAnythingIsLeft, enforce } = limit;
  if (!isKept(limit)) return `${name}: cannot be kept as it is written, so nothing is let through`;
  const what = whatOf(limit);
  const when = window === undefined ? '' : ` per ${windowText(window)}`;
  const admission = admitsWhileAnythingIsLeft ? ', admits while anything is left' : '';
  const refusing = enforce === 'warn' ? '; refuses nobody' : '';
  return `${name}: ${what}${when}${admission}, ${counterText(limit, facts)}${refusing}; without store: ${onStoreFailure}`;
}

function whatOf({ unit, cost, perRequest, amount }: Limit): string {
  if (unit === 'concurrency') return `${amount} requests at a time`;
  // On one line, however it was folded.
  const parts = cost === undefined ? [] : [cost.text.replace(/\s+/g, ' ').trim()];
  if (perRequest > 0) parts.push(`${formatQuantity(perRequest)} for each request`);
  return `${formatQuantity(amount)} ${parts.length === 0 ? unit : `of ${parts.join(' and ')}`}`;
}

function budgetText(budget: Budget, facts: ExchangeFacts, now: number): string {
  const amount = budgetAmount(budget, now);
  const what = budget.unit === 'nanoUsd' ? `${formatNano(amount)} USD` : `${formatQuantity(amount)} tokens`;
  const isOverridden = amount !== budget.amount && budget.override !== undefined;
  const until = isOverridden ? ` (until ${new Date(budget.override?.untilMs ?? 0).toISOString()})` : '';
  return `${budget.name}: ${what}${until} per ${windowText(budget.period)}, ${counterText(budget, facts)}; ${budget.enforce}s`;
}

function windowText(window: Window): string {
  if (window.kind === 'calendar') return `${window.unit} (${window.timeZone})`;
  return formatDuration(window.lengthMs);
}

function counterText({ counter }: Limit | Budget, facts: ExchangeFacts): string {
  const key = counter.keyOf(facts);
  return key === '' ? 'one counter for all' : `counter ${key}`;
}
