import { formatNano } from '../../../src/lib/decimal.ts';
import { formatDuration } from '../../../src/lib/duration.ts';
import type { CounterReport } from '../../../src/limits/store.ts';
import type { Program } from '../../../src/program/program.ts';

/** A counter as an operator reads it. */
export interface CounterRow {
  readonly kind: 'limit' | 'budget';
  readonly name: string;
  /** Whom it is for: `key` → `checkout`. Empty: everybody in its scope. */
  readonly per: Readonly<Record<string, string>>;
  readonly unit: string;
  readonly limit: number;
  readonly used: number;
  readonly reserved: number;
  readonly remaining: number;
  readonly resetMs: number;
  /** What is reserved without a reservation: not 0 means that something is wrong. */
  readonly drift: number;
  /** As the store knows it. */
  readonly counter: string;
}

/** Undefined: a counter of something else, or of a limit that the policy has no more. */
export function counterRow(report: CounterReport, program: Program): CounterRow | undefined {
  const [kind, name = '', value = ''] = report.counter.key.split(':');
  if (kind !== 'limit' && kind !== 'budget') return undefined;
  const table = kind === 'limit' ? program.limits : program.budgets;
  const unit = table.all.find((each) => each.name === decoded(name))?.unit;
  const { used, reserved, remaining, resetMs, drift } = report;
  return {
    kind,
    name: decoded(name),
    per: partsOf(decoded(value)),
    unit: unit ?? 'unknown',
    limit: report.counter.limit,
    used,
    reserved,
    remaining,
    resetMs,
    drift,
    counter: report.counter.key,
  };
}

export const columns = ['limit', 'for', 'used', 'reserved', 'left', 'of', 'anew in'] as const;

export function cellsOf(row: CounterRow): readonly string[] {
  return [
    titleOf(row),
    ownerOf(row),
    amountOf(row, row.used - row.reserved),
    amountOf(row, row.reserved),
    amountOf(row, row.remaining),
    `${amountOf(row, row.limit)}${row.unit === 'nanoUsd' ? '' : ` ${words[row.unit] ?? ''}`}`.trimEnd(),
    row.resetMs === 0 ? '' : formatDuration(Math.ceil(row.resetMs / 1_000) * 1_000),
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

function titleOf({ kind, name }: CounterRow): string {
  return `${kind} ${name}`;
}

function ownerOf({ per }: CounterRow): string {
  const parts = Object.entries(per).map(([part, value]) => `${part} ${value}`);
  return parts.length === 0 ? 'everybody' : parts.join(', ');
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
