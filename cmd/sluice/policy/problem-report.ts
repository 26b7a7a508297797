import { relative } from 'node:path';
import { visible } from '../../../src/lib/visible.ts';
import type { Problem } from '../../../src/policy/problem.ts';
import type { Io } from '../cli/io.ts';
import { type Paint, paintFor } from '../cli/paint.ts';
import { alignRows, wrapText } from '../cli/table.ts';
import { placeOf } from './place-of.ts';

/** All problems at once, grouped by file: where, what, and below it what to do. */
export function problemReport(problems: readonly Problem[], io: Pick<Io, 'cwd' | 'isColoured' | 'columns'>): string {
  const paint = paintFor(io);
  const groups = Map.groupBy(problems, (problem) => placeOf(problem).file);
  const blocks = [...groups].map(([file, group]) => {
    const heads = alignRows(
      group.map((problem) => headOf(problem, paint)),
      '  ',
    );
    const bodies = group.map((problem) => bodyOf(problem, io, paint));
    const lines = heads.flatMap((head, index) => [head, ...(bodies[index] ?? [])]);
    return [paint('bold', shown(file, io.cwd)), ...lines].join('\n');
  });
  return `${blocks.join('\n\n')}\n`;
}

const bodyIndent = ' '.repeat(9);

function headOf(problem: Problem, paint: Paint): string[] {
  const { line } = placeOf(problem);
  const severity = paint(problem.severity === 'error' ? 'red' : 'yellow', problem.severity);
  return [line === 0 ? '' : String(line).padStart(5), severity, problem.document, problem.path];
}

function bodyOf(problem: Problem, { columns, cwd }: Pick<Io, 'columns' | 'cwd'>, paint: Paint): string[] {
  const width = columns - bodyIndent.length - 2;
  // Paths within messages as in the heads.
  const message = cwd === '/' ? problem.message : problem.message.replaceAll(`${cwd}/`, '');
  const [first = '', ...rest] = wrapText(problem.remedy, width);
  return [
    ...wrapText(message, width).map((line) => `${bodyIndent}${line}`),
    `${bodyIndent}${paint('green', '→')} ${first}`,
    ...rest.map((line) => `${bodyIndent}  ${line}`),
  ];
}

/** As short as it can be and still be pasted. */
function shown(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return visible(short === '' || short.startsWith('..') ? file : short);
}

export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
