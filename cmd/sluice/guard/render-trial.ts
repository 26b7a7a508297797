import type { Io } from '../cli/io.ts';
import { paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import type { Trial, TrialFinding } from './trial.ts';

export interface RenderOptions {
  readonly showsValues: boolean;
}

const longestExcerpt = 60;

/** A trial for people. */
export function renderTrial(trial: Trial, options: RenderOptions, io: Pick<Io, 'isColoured'>): string {
  const paint = paintFor(io);
  const rows = trial.findings.map((found) => {
    const { rule, entity, score, validator } = found.finding;
    return [
      placeOf(found),
      entity,
      score.toFixed(2),
      validator ?? '',
      `${rule.guardrail}/${rule.name}`,
      rule.action,
      excerpt(found, options),
    ];
  });
  const head = ['at', 'what', 'score', 'by', 'rule', 'action', 'value'].map((title) => paint('bold', title));
  const table = rows.length === 0 ? 'Nothing was found.\n' : `${alignRows([head, ...rows]).join('\n')}\n`;
  const colour = trial.verdict === 'block' ? 'red' : trial.verdict === 'allow' ? 'green' : 'yellow';
  const by = trial.blockedBy === undefined ? '' : ` by ${trial.blockedBy.guardrail}/${trial.blockedBy.rule}`;
  const parts = [table, `\n${paint('bold', 'Verdict:')} ${paint(colour, trial.verdict)}${by}\n`];
  if (trial.injection !== undefined && trial.injection.signatures.length > 0) {
    const signatures = trial.injection.signatures.map(({ id, weight }) => `${id} ${weight.toFixed(2)}`).join(', ');
    parts.push(`Injection scores ${trial.injection.score.toFixed(2)}: ${signatures}\n`);
  }
  if (trial.notAsked.length > 0) parts.push(`Not asked, since they are services: ${trial.notAsked.join(', ')}\n`);
  if (trial.text !== undefined) parts.push(`\n${paint('bold', 'What goes on:')}\n${trial.text.replace(/\n?$/, '\n')}`);
  return parts.join('');
}

/** A trial for scripts. */
export function trialJson(trial: Trial, { showsValues }: RenderOptions): object {
  const { findings, ...rest } = trial;
  return {
    ...rest,
    findings: findings.map((found) => {
      const { rule, start, end, entity, score, validator } = found.finding;
      const { line, column } = lineAndColumn(found.text, start);
      return {
        guardrail: rule.guardrail,
        rule: rule.name,
        action: rule.action,
        severity: rule.severity,
        entity,
        score,
        validator,
        path: found.path,
        start,
        end,
        line,
        column,
        ...(showsValues && { value: found.text.slice(start, end) }),
      };
    }),
  };
}

function placeOf({ path, text, finding }: TrialFinding): string {
  const { line, column } = lineAndColumn(text, finding.start);
  return `${path === '' ? '' : `${path} `}${line}:${column}`;
}

/** Counted from 1, columns in characters. */
function lineAndColumn(text: string, at: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: [...before.slice(lineStart)].length + 1 };
}

/** Enough to recognise what is meant. A screen is looked at by others, and pasted into tickets. */
function excerpt({ text, finding }: TrialFinding, { showsValues }: RenderOptions): string {
  const characters = [...text.slice(finding.start, finding.end).replace(/\s+/g, ' ')];
  if (showsValues) {
    return characters.length > longestExcerpt
      ? `${characters.slice(0, longestExcerpt).join('')}…`
      : characters.join('');
  }
  return characters.length < 8 ? '…' : `${characters.slice(0, 2).join('')}…${characters.slice(-2).join('')}`;
}
