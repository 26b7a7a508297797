import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

interface Panel {
  readonly title: string;
  readonly targets: readonly { readonly expr: string }[];
}

const chart = join(import.meta.dirname, '../../charts/sluice');
const textOf = (path: string): string => readFileSync(join(chart, path), 'utf8');

/** The rules that the chart brings for Prometheus. */
export function alertsOfChart(): readonly Alert[] {
  const { groups } = parse(textOf('alerts/sluice.yaml')) as { readonly groups: readonly { rules: readonly Alert[] }[] };
  return groups.flatMap(({ rules }) => rules);
}

/** What its alerts and dashboards ask Prometheus, each with the name of who asks. */
export function expressionsOfChart(): readonly (readonly [who: string, expression: string])[] {
  const { panels } = JSON.parse(textOf('dashboards/sluice.json')) as { readonly panels: readonly Panel[] };
  return [
    ...alertsOfChart().map(({ alert, expr }) => [alert, expr] as const),
    ...panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
  ];
}

/** What an expression of PromQL reads, as far as the dashboards and alerts of the chart write any. */
export interface Read {
  readonly metric: string;
  /** By which it is chosen or grouped. */
  readonly labels: readonly string[];
}

const metric = /\b((?:sluice|envoy)_\w+)(\{[^}]*\})?/g;
const grouping = /\bby \(([^)]*)\)/g;

/** Labels of a grouping are asked of every metric of the expression, since it is one of them that is grouped. */
export function readsOf(expression: string): readonly Read[] {
  const grouped = [...expression.matchAll(grouping)].flatMap(([, names = '']) => names.split(',')).map(trimmed);
  const withoutGroups = expression.replaceAll(grouping, '');
  return [...withoutGroups.matchAll(metric)].map(([, name = '', chosen = '{}']) => ({
    metric: name,
    labels: [...new Set([...grouped, ...[...chosen.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label)])],
  }));
}

function trimmed(text: string): string {
  return text.trim();
}
