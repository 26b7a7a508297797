import type { EntityInfo } from '../../entity.ts';

/** A number that a state gives to people or companies. */
export interface NationalId {
  readonly info: EntityInfo;
  /** Characters of the compact form: without separators, letters in upper case. */
  readonly shortest: number;
  readonly longest: number;
  /** `valid`: its checksum is right; `possible`: it has none, and its form is. */
  check(compact: string): 'valid' | 'possible' | undefined;
  /** How it is written with separators. A text that has some and is written in another way is something else. */
  readonly separated: RegExp;
  /** Without separators it looks like any other number: it counts only behind a word that says what it is. */
  readonly needsContext: boolean;
}

export function nationalInfo(
  region: string,
  name: string,
  title: string,
  baseScore: number,
  validation: string,
  contextWords: readonly string[],
): EntityInfo {
  return { name, family: 'pii', title, isDefault: false, region, baseScore, validation, contextWords };
}
