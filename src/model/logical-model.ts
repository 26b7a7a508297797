import type { Origins } from './gateway.ts';

/** A model as callers see it. Its chain is the route `model/<name>`. */
export interface LogicalModel {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly isListed: boolean;
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  readonly origins: Origins;
}
