import { formatGoDuration } from './go-duration.ts';
import type { ItemMode } from './store.ts';

export type LimitUnit =
  | 'requests'
  | 'tokens'
  | 'input-tokens'
  | 'output-tokens'
  | 'concurrent-requests'
  | 'cost'
  | 'money';

/** How one limit stood at admission, for the caller to see. */
export interface LimitView {
  /** Of the limit, never of whom it is for. */
  readonly name: string;
  readonly unit: LimitUnit;
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
  /** Absent for concurrency, and where a period has no fixed length. */
  readonly windowMs?: number;
}

export type LimitDialect = 'openai' | 'anthropic';

export interface LimitHeadersInput {
  readonly dialect: LimitDialect;
  readonly limits: readonly LimitView[];
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  /** When refused: when to try again, if that is known. */
  readonly retryAfterMs?: number | undefined;
  /** Who decided, per item. */
  readonly modes?: readonly ItemMode[] | undefined;
}

export type Header = readonly [name: string, value: string];

/** Says `closed`, `local` or `open` while the shared store is away; absent otherwise. */
const limitModeHeader = 'x-sluice-limit-mode';

/**
 * What an answer says about limits: in the names of the caller's dialect, for the tightest limit of each unit, and in
 * the fields of the IETF draft (rev 10), for all. Money is not shown: what a key may spend is for its owner to tell.
 */
export function limitHeaders(input: LimitHeadersInput): readonly Header[] {
  const limits = input.limits.filter((limit) => limit.unit !== 'money');
  return [
    ...(input.dialect === 'openai' ? openaiHeaders(limits) : anthropicHeaders(limits, input.now)),
    ...ietfHeaders(limits),
    ...(input.retryAfterMs === undefined ? [] : [['retry-after', inSeconds(input.retryAfterMs, 1)] as const]),
    ...modeHeaders(input.modes ?? []),
  ];
}

const anyTokens: readonly LimitUnit[] = ['tokens', 'input-tokens', 'output-tokens'];

function openaiHeaders(limits: readonly LimitView[]): readonly Header[] {
  const families: readonly (readonly [string, readonly LimitUnit[]])[] = [
    ['requests', ['requests']],
    ['tokens', anyTokens],
  ];
  return families.flatMap(([family, units]) => {
    const tightest = tightestOf(limits, units);
    if (tightest === undefined) return [];
    return [
      [`x-ratelimit-limit-${family}`, String(tightest.limit)],
      [`x-ratelimit-remaining-${family}`, String(tightest.remaining)],
      [`x-ratelimit-reset-${family}`, formatGoDuration(tightest.resetMs)],
    ] as const;
  });
}

function anthropicHeaders(limits: readonly LimitView[], now: number): readonly Header[] {
  const families: readonly (readonly [string, readonly LimitUnit[]])[] = [
    ['requests', ['requests']],
    ['tokens', anyTokens],
    ['input-tokens', ['input-tokens']],
    ['output-tokens', ['output-tokens']],
  ];
  return families.flatMap(([family, units]) => {
    const tightest = tightestOf(limits, units);
    if (tightest === undefined) return [];
    return [
      [`anthropic-ratelimit-${family}-limit`, String(tightest.limit)],
      [`anthropic-ratelimit-${family}-remaining`, String(tightest.remaining)],
      [`anthropic-ratelimit-${family}-reset`, formatRfc3339(now + tightest.resetMs)],
    ] as const;
  });
}

/** Structured fields (RFC 9651): a list of strings with parameters, whose integers have at most 15 digits. */
function ietfHeaders(limits: readonly LimitView[]): readonly Header[] {
  if (limits.length === 0) return [];
  const policies = limits.map((limit) => {
    const window = limit.windowMs === undefined ? '' : `;w=${inSeconds(limit.windowMs, 1)}`;
    return `${quoted(limit.name)};q=${integer(limit.limit)}${window};qu="${limit.unit}"`;
  });
  const states = limits.map((limit) => {
    const reset = limit.unit === 'concurrent-requests' ? '' : `;t=${inSeconds(limit.resetMs, 0)}`;
    return `${quoted(limit.name)};r=${integer(limit.remaining)}${reset}`;
  });
  return [
    ['ratelimit-policy', policies.join(', ')],
    ['ratelimit', states.join(', ')],
  ];
}

/** The one that decides first: what is closed refuses, whatever the others do. */
const modesInOrder: readonly ItemMode[] = ['closed', 'open', 'local'];

function modeHeaders(modes: readonly ItemMode[]): readonly Header[] {
  const mode = modesInOrder.find((each) => modes.includes(each));
  return mode === undefined ? [] : [[limitModeHeader, mode]];
}

/** Of several limits the one that is used up first, by the share that is left. */
function tightestOf(limits: readonly LimitView[], units: readonly LimitUnit[]): LimitView | undefined {
  const share = (limit: LimitView): number => (limit.limit === 0 ? 0 : limit.remaining / limit.limit);
  return limits
    .filter((limit) => units.includes(limit.unit))
    .reduce<LimitView | undefined>(
      (best, each) => (best === undefined || share(each) < share(best) ? each : best),
      undefined,
    );
}

/** RFC 3339 without fractions, rounded up: nobody should come back a moment too early. */
export function formatRfc3339(moment: number): string {
  return new Date(Math.ceil(moment / 1_000) * 1_000).toISOString().replace('.000Z', 'Z');
}

function inSeconds(milliseconds: number, least: number): string {
  return integer(Math.max(least, Math.ceil(milliseconds / 1_000)));
}

function integer(value: number): string {
  return String(Math.min(999_999_999_999_999, Math.max(0, Math.floor(value))));
}

function quoted(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
