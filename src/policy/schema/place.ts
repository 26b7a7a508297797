import { visible } from '../../lib/visible.ts';
import type { ProblemReason } from '../problem.ts';
import { invalid } from './parsed.ts';

export type Path = readonly (string | number)[];

/** What is wrong at one place of a document, before it is known where in which file that is. */
export interface Finding {
  readonly severity: 'error' | 'warning';
  readonly path: Path;
  readonly message: string;
  readonly remedy: string;
  /** Absent: what is written is wrong by itself. */
  readonly reason?: ProblemReason;
}

/** Where a value stands, and where to say what is wrong with it. */
export interface Place {
  readonly path: Path;
  readonly findings: Finding[];
  readonly facts: Facts;
}

/** What a field may need to know of the document around it. */
export interface Facts {
  /** `metadata.name`; empty if it could not be read. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export function under(place: Place, key: string | number): Place {
  return { path: [...place.path, key], findings: place.findings, facts: place.facts };
}

/** Reports an error; the answer is for the schema to return. */
export function reject(place: Place, message: string, remedy: string, reason?: ProblemReason): typeof invalid {
  const finding = { severity: 'error', path: place.path, message, remedy } as const;
  place.findings.push(reason === undefined ? finding : { ...finding, reason });
  return invalid;
}

export function warn(place: Place, message: string, remedy: string, reason?: ProblemReason): void {
  place.findings.push({ severity: 'warning', path: place.path, message, remedy, ...(reason && { reason }) });
}

/** `spec.targets[0].weight` */
export function pathText(path: Path): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += `[${visible(JSON.stringify(step))}]`;
    else text += text === '' ? step : `.${step}`;
  }
  return text;
}

const steps = /\[(?:(\d+)|("(?:[^"\\]|\\.)*"))\]|([A-Za-z_][A-Za-z0-9_-]*)/g;

/** The path that a text was made of. */
export function pathOf(text: string): Path {
  return [...text.matchAll(steps)].map(([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? String(name) : String(JSON.parse(quoted));
  });
}
