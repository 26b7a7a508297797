import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Kind } from '../../../src/policy/kinds.ts';

const folder = join(import.meta.dirname, '../../kube/api/examples');

export interface RefusedExample {
  readonly spec: unknown;
  /** Part of the API server's message. */
  readonly says: string;
}

export interface LaterExample {
  readonly spec: unknown;
  /** Why an API server cannot see what is wrong. */
  readonly why: string;
}

/** Specs that an API server and a policy folder both take. */
export function goodExamples(kind: Kind): readonly unknown[] {
  return read('good', kind);
}

/** Specs that both refuse. */
export function badExamples(kind: Kind): readonly RefusedExample[] {
  return read('bad', kind) as readonly RefusedExample[];
}

/** Specs that only the controller refuses: the complete list of differences in that direction. */
export function laterExamples(kind: Kind): readonly LaterExample[] {
  return read('later', kind) as readonly LaterExample[];
}

function read(what: string, kind: Kind): readonly unknown[] {
  const path = join(folder, what, `${kind}.yaml`);
  return existsSync(path) ? (parse(readFileSync(path, 'utf8')) as readonly unknown[]) : [];
}
