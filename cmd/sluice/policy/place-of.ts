import type { Problem } from '../../../src/policy/problem.ts';

export function placeOf(problem: Problem): { readonly file: string; readonly line: number } {
  const match = /^(.*):(\d+)$/s.exec(problem.source);
  return match === null ? { file: problem.source, line: 0 } : { file: match[1] ?? '', line: Number(match[2]) };
}
