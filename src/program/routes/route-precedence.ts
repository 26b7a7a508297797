import { compareText } from '../../lib/sort.ts';
import type { CompiledRoute } from '../compile/route.ts';

/** A route under one of the ways in which it names its models. */
export interface RouteEntry {
  readonly route: CompiledRoute;
  readonly names: ModelNaming;
}

/** With its place in the order of precedence among all of its audience. */
export interface RankedEntry extends RouteEntry {
  readonly rank: number;
}

/** The more specific way first. */
const namings = ['exact', 'pattern', 'any'] as const;
export type ModelNaming = (typeof namings)[number];

/**
 * Negative: `a` goes first. Among routes of one audience and one kind of host: docs/design/route-precedence.md says why.
 * The model counts as one condition because it is one header in the vocabulary that such routes come from.
 */
export function comparePrecedence(a: RouteEntry, b: RouteEntry): number {
  return (
    conditions(b) - conditions(a) ||
    namings.indexOf(a.names) - namings.indexOf(b.names) ||
    b.route.exactHeaders - a.route.exactHeaders ||
    compareText(a.route.precedence, b.route.precedence) ||
    compareText(a.route.id, b.route.id)
  );
}

function conditions({ route, names }: RouteEntry): number {
  return route.headers.length + (names === 'any' ? 0 : 1);
}
