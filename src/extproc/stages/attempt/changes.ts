import type { BodyEdit, Provider, Target } from '../../../program/program.ts';
import type { Answer } from '../../answer.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';
import { callersHeader } from './withheld.ts';

/** What changes on the way to a target: the provider's rules, and over them those of the target. */
export interface Changes {
  /** Flat: name, value, name, value… */
  readonly setHeaders: readonly string[];
  /** The same. */
  readonly addHeaders: readonly string[];
  readonly removeHeaders: readonly string[];
  /** The last one of a name counts. */
  readonly bodyEdits: readonly BodyEdit[];
}

const nothing: readonly never[] = [];

/** Merged once per target of a program. */
const merged = new WeakMap<Target, { readonly provider: Provider; readonly changes: Changes }>();
const ofProvider = new WeakMap<Provider, Changes>();

export function changesFor({ target, provider }: PlannedTarget): Changes {
  if (target.changes === undefined) return providerChanges(provider);
  const known = merged.get(target);
  if (known?.provider === provider) return known.changes;
  const changes = merge(provider, target.changes);
  merged.set(target, { provider, changes });
  return changes;
}

function providerChanges(provider: Provider): Changes {
  let changes = ofProvider.get(provider);
  if (changes === undefined) {
    const { setHeaders, removeHeaders, bodyEdits } = provider;
    changes = { setHeaders, addHeaders: nothing, removeHeaders, bodyEdits };
    ofProvider.set(provider, changes);
  }
  return changes;
}

function merge(provider: Provider, own: NonNullable<Target['changes']>): Changes {
  const touched = new Set([...namesOf(own.setHeaders), ...own.removeHeaders]);
  const set = provider.setHeaders.flatMap((name, i, flat) =>
    i % 2 === 1 || touched.has(name) ? [] : [name, flat[i + 1] as string],
  );
  return {
    setHeaders: [...set, ...own.setHeaders],
    addHeaders: own.addHeaders,
    removeHeaders: [...provider.removeHeaders.filter((name) => !touched.has(name)), ...own.removeHeaders],
    bodyEdits: [...provider.bodyEdits, ...own.bodyEdits],
  };
}

export function namesOf(flat: readonly string[]): string[] {
  return flat.filter((_, i) => i % 2 === 0);
}

/**
 * A value that is added stands behind the caller's own, in one line: the same to whoever reads it (RFC 9110 section 5.3),
 * and unlike a second line it does not grow with each attempt.
 */
export function setHeaders(exchange: Exchange, planned: PlannedTarget, changes: Changes, answer: Answer): void {
  const { setHeaders: set, addHeaders: add, removeHeaders } = changes;
  for (let i = 0; i < set.length; i += 2) answer.set(set[i] as string, set[i + 1] as string);
  if (add.length === 0) return;
  const values = new Map<string, string>();
  for (let i = 0; i < add.length; i += 2) {
    const name = add[i] as string;
    const at = set.findIndex((header, index) => index % 2 === 0 && header === name);
    const original = removeHeaders.includes(name) ? undefined : callersHeader(exchange, planned, name);
    const before = values.get(name) ?? (at < 0 ? original : set[at + 1]);
    values.set(name, before === undefined ? (add[i + 1] as string) : `${before}, ${add[i + 1]}`);
  }
  for (const [name, value] of values) answer.set(name, value);
}
