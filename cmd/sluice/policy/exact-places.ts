import { readFile } from 'node:fs/promises';
import type { Problem } from '../../../src/policy/problem.ts';
import { pathOf } from '../../../src/policy/schema/place.ts';
import { type Reading, readYaml } from '../../../src/policy/yaml/read.ts';
import { split } from '../../../src/policy/yaml/split.ts';
import { placeOf } from './place-of.ts';

/**
 * What is found out from documents together is known with the line on which its document begins. Here it gets the line of
 * its field, for editors and for eyes.
 */
export async function atTheirFields(problems: readonly Problem[]): Promise<readonly Problem[]> {
  const lineOf = new Map<string, (problem: Problem) => number>();
  for (const { file } of problems.map(placeOf)) {
    if (lineOf.has(file)) continue;
    const text = await readFile(file, 'utf8').catch(() => '');
    lineOf.set(file, fieldLines(text));
  }
  return problems.map((problem) => {
    const { file, line } = placeOf(problem);
    return line === 0 ? problem : { ...problem, source: `${file}:${lineOf.get(file)?.(problem) ?? line}` };
  });
}

/** Parses those documents only of which there is something to say. */
function fieldLines(text: string): (problem: Problem) => number {
  const parts = split(text);
  const readings = new Map<number, Reading>();
  return (problem) => {
    const { line } = placeOf(problem);
    const at = parts.findLastIndex((part) => part.line < line);
    const part = parts[at];
    if (part === undefined) return line;
    const reading = readings.get(at) ?? readYaml(part.text);
    readings.set(at, reading);
    return reading.errors.length > 0 ? line : part.line + reading.lineOf(pathOf(problem.path)) + 1;
  };
}
