import { counterOfBudget, counterOfLimit } from '../../../src/extproc/stages/limit/counter-of.ts';
import { sharedValue } from '../../../src/extproc/stages/limit/distinct-values.ts';
import { formatNano } from '../../../src/lib/decimal.ts';
import { spokenDuration } from '../../../src/lib/duration.ts';
import type { Counter } from '../../../src/limits/counter.ts';
import type { CounterReport } from '../../../src/limits/store.ts';
import { isKept } from '../../../src/program/limit.ts';
import type { Program } from '../../../src/program/program.ts';

/** Whose a counter is. */
export interface CounterOwner {
  readonly kind: 'limit' | 'budget';
  readonly name: string;
  /** Whom it is for: `key` → `checkout`. Empty: everybody in its scope. */
  readonly per: Readonly<Record<string, string>>;
  /** The counter that combinations on top of `maxDistinct` share. */
  readonly isOfOthers: boolean;
  /** As the store knows it. */
  readonly counter: string;
}

/** A counter as an operator reads it. */
export interface CounterRow extends CounterOwner {
  readonly unit: string;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly remaining: number;
  readonly resetMs: number;
  /** What is reserved without a reservation: not 0 means that something is wrong. */
  readonly drift: number;
}

/** Undefined: a counter of something else, or of a limit that the policy has no more. */
export function counterRow(report: CounterReport, program: Program, nowMs: number): CounterRow | undefined {
  const owner = counterOwner(report.counter.key);
  const source = owner && sourceOf(owner.kind, owner.name, program, nowMs);
  if (owner === undefined || source === undefined) return undefined;
  const { unit, counter } = source;
  const { limit, used, reserved, remaining, resetMs } = asCountedNow(report, counter);
  return { ...owner, unit, limit, used, reserved, remaining, resetMs, drift: report.drift };
}

/** Whose counter a key is; undefined: of nobody that limits are for. */
export function counterOwner(counter: string): CounterOwner | undefined {
  const [kind, name = '', value = ''] = counter.split(':');
  if (kind !== 'limit' && kind !== 'budget') return undefined;
  return { kind, name: decoded(name), per: partsOf(decoded(value)), isOfOthers: value === sharedValue, counter };
}

function sourceOf(kind: 'limit' | 'budget', name: string, { limits, budgets }: Program, nowMs: number) {
  if (kind === 'budget') {
    const budget = budgets.all.find((each) => each.name === name);
    return budget && { unit: budget.unit, counter: counterOfBudget(budget, '', nowMs) };
  }
  const limit = limits.all.find((each) => each.name === name);
  return limit && isKept(limit) ? { unit: limit.unit, counter: counterOfLimit(limit, '') } : undefined;
}

/** The store knows the limit as it was at the last request; what has been used counts on when policy changes it. */
function asCountedNow({ counter: before, used, reserved, resetMs }: CounterReport, counter: Counter) {
  const { limit } = counter;
  const isSame = before.kind === counter.kind;
  // Of another kind of counter only what runs means something.
  const now = isSame ? used : reserved;
  const isRefilled = counter.kind === 'bucket' && limit > 0;
  return {
    limit,
    used: now,
    reserved,
    remaining: Math.max(0, limit - now),
    resetMs: isRefilled ? Math.ceil((now * counter.windowMs) / limit) : isSame ? resetMs : 0,
  };
}

export const columns = ['limit', 'for', 'used', 'reserved', 'left', 'of', 'anew in'] as const;

export function cellsOf(row: CounterRow): readonly string[] {
  // A limit that refills forgets what running requests hold as well; the rest of it is what still stands against them.
  const held = Math.min(row.reserved, row.used);
  return [
    titleOf(row),
    ownerOf(row),
    amountOf(row, row.used - held),
    amountOf(row, held),
    amountOf(row, row.remaining),
    `${amountOf(row, row.limit)}${row.unit === 'nanoUsd' ? '' : ` ${words[row.unit] ?? ''}`}`.trimEnd(),
    row.resetMs === 0 ? '' : spokenDuration(row.resetMs),
  ];
}

/** What to say about a counter whose figures do not agree with its reservations; undefined: they do. */
export function complaintOf(row: CounterRow): string | undefined {
  if (row.drift === 0) return undefined;
  return (
    `${titleOf(row)} of ${ownerOf(row)} differs by ${amountOf(row, row.drift)} from what running requests have reserved. ` +
    `Reset it with --limit ${row.name}, and please report it.`
  );
}

/** What to say about a counter in whose place there is something else. */
export function complaintOfUnreadable(owner: CounterOwner): string {
  return (
    `${titleOf(owner)} of ${ownerOf(owner)} cannot be read: there is something else in its place. ` +
    `Remove it with \`sluice limits reset --limit ${owner.name}\`.`
  );
}

function titleOf({ kind, name }: CounterOwner): string {
  return `${kind} ${name}`;
}

function ownerOf({ per, isOfOthers }: CounterOwner): string {
  if (isOfOthers) return 'all others';
  const parts = Object.entries(per).map(([part, value]) => `${part} ${readable(value)}`);
  return parts.length === 0 ? 'everybody' : parts.join(', ');
}

/** Callers choose some of the values: in quotes unless every character is seen, and nothing that a terminal obeys. */
function readable(value: string): string {
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(value)) return value;
  return JSON.stringify(value).replace(/(?! )[\p{C}\p{Z}]/gu, (character) => character.replace(/./gs, escaped));
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function amountOf({ unit }: CounterRow, value: number): string {
  return unit === 'nanoUsd' ? `${formatNano(value)} USD` : String(value);
}

const words: Readonly<Record<string, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  inputTokens: 'input tokens',
  outputTokens: 'output tokens',
  concurrency: 'at once',
  cost: 'cost units',
};

/** `key=checkout&model=small`, each value percent-encoded. */
function partsOf(text: string): Readonly<Record<string, string>> {
  const parts: Record<string, string> = {};
  for (const pair of text.split('&')) {
    const at = pair.indexOf('=');
    if (at > 0) parts[pair.slice(0, at)] = decoded(pair.slice(at + 1));
  }
  return parts;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
