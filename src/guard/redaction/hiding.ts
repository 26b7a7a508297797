import type { Phase } from '../rule.ts';
import type { Vault } from './vault.ts';

/** On which way texts are, and the values that are hidden in them. */
export interface Hiding {
  readonly phase: Phase;
  readonly vault: Vault;
}
