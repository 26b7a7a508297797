import type { Origins } from './origins.ts';

/** A model as callers see it. Its chain is the route `model/<name>`, unless it is open. */
export interface LogicalModel {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly isListed: boolean;
  readonly contextWindow?: number;
  readonly maxOutput?: number;
  /** It exists by the routes that match its name, and only where one does. */
  readonly isOpen?: boolean;
  /** For /v1/models; absent: this gateway. */
  readonly ownedBy?: string;
  readonly createdAtMs?: number;
  readonly origins: Origins;
}
