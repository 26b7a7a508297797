import type { Io } from '../cli/io.ts';
import { type Paint, paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import { excerptOf, printable } from './excerpt.ts';
import type { InjectionTrial } from './injection-scores.ts';
import { createPlaces, type Place } from './places.ts';
import type { Blocked, Trial, TrialFinding } from './trial.ts';

export interface RenderOptions {
  readonly showsValues: boolean;
}

/** A trial for people. */
export function renderTrial(trial: Trial, options: RenderOptions, io: Pick<Io, 'isColoured'>): string {
  const paint = paintFor(io);
  const colour = trial.verdict === 'block' ? 'red' : trial.verdict === 'allow' ? 'green' : 'yellow';
  const services = trial.services.map(({ guardrail, rule, service, action, outcome, detail }) => [
    `  ${guardrail}/${rule}`,
    service,
    action,
    outcome === 'notAsked' ? `not asked: ${detail}` : detail,
  ]);
  return [
    findingsTable(trial.findings, options, paint),
    `\n${paint('bold', 'Verdict:')} ${paint(colour, trial.verdict)}${trial.blockedBy ? byWhom(trial.blockedBy) : ''}\n`,
    ...trial.injection.filter(({ score }) => score > 0).map(injectionText),
    ...(services.length === 0 ? [] : [`${paint('bold', 'Services:')}\n${alignRows(services).join('\n')}\n`]),
    ...(trial.text === undefined
      ? []
      : [`\n${paint('bold', 'What goes on:')}\n${printable(trial.text).replace(/\n?$/, '\n')}`]),
  ].join('');
}

function findingsTable(findings: readonly TrialFinding[], options: RenderOptions, paint: Paint): string {
  if (findings.length === 0) return 'Nothing was found.\n';
  const placeIn = createPlaces();
  const rows = findings.map((found) => {
    const { rule, start, entity, score, validator } = found.finding;
    return [
      placeText(found.path, placeIn(found.text, start)),
      entity,
      score.toFixed(2),
      validator ?? '',
      `${rule.guardrail}/${rule.name}`,
      rule.action,
      excerptOf(found, options.showsValues),
    ];
  });
  const head = ['at', 'what', 'score', 'by', 'rule', 'action', 'value'].map((title) => paint('bold', title));
  return `${alignRows([head, ...rows]).join('\n')}\n`;
}

function byWhom({ guardrail, rule, isUnjudged, message }: Blocked): string {
  if (isUnjudged) return ` by ${guardrail}/${rule}, whose service gave no verdict: 503 guardrail_unavailable`;
  const said = message === undefined ? '' : `: ${message}`;
  return ` by ${guardrail}/${rule}: 403 guardrail_violation${said}`;
}

function injectionText({ guardrail, rule, threshold, score, path, signatures }: InjectionTrial): string {
  const parts = signatures.map(
    ({ id, weight, isMentioned }) => `${id} ${weight.toFixed(2)}${isMentioned ? ' (spoken about)' : ''}`,
  );
  const where = path === '' ? '' : ` at ${printable(path)}`;
  const figures = `${score.toFixed(2)}${where}, its threshold is ${threshold.toFixed(2)}`;
  return `${guardrail}/${rule} scores ${figures}: ${[...new Set(parts)].join(', ')}\n`;
}

/** A trial for scripts. */
export function trialJson(trial: Trial, { showsValues }: RenderOptions): object {
  const { findings, ...rest } = trial;
  const placeIn = createPlaces();
  return {
    ...rest,
    findings: findings.map(({ finding, text, path }) => {
      const { rule, start, end, entity, score, validator } = finding;
      return {
        guardrail: rule.guardrail,
        rule: rule.name,
        action: rule.action,
        severity: rule.severity,
        entity,
        score,
        validator,
        path,
        start,
        end,
        ...placeIn(text, start),
        ...(showsValues && { value: text.slice(start, end) }),
      };
    }),
  };
}

function placeText(path: string, { line, column }: Place): string {
  return `${path === '' ? '' : `${printable(path)} `}${line}:${column}`;
}
