import type { ParentReference } from '../../model/build/attachment.ts';
import type { Condition } from './condition.ts';
import type { GatewayAddress } from './outcome.ts';

/** What the status of one object is to say, by where the conditions of its kind stand. */
export type Status =
  | {
      readonly shape: 'object';
      readonly conditions: readonly Condition[];
      /** Where a kind has one generation for its whole status. */
      readonly observedGeneration?: number;
    }
  | {
      readonly shape: 'class';
      readonly conditions: readonly Condition[];
      readonly supportedFeatures: readonly string[];
    }
  | {
      readonly shape: 'parents' | 'ancestors';
      /** Entries of other names are other controllers'. */
      readonly controllerName: string;
      readonly entries: readonly StatusEntry[];
    }
  | {
      readonly shape: 'gateway';
      readonly conditions: readonly Condition[];
      readonly addresses: readonly GatewayAddress[];
      readonly listeners: readonly ListenerStatus[];
    };

export interface StatusEntry {
  readonly reference: ParentReference;
  readonly conditions: readonly Condition[];
}

export interface ListenerStatus {
  readonly name: string;
  readonly supportedKinds: readonly RouteKind[];
  readonly attachedRoutes: number;
  readonly conditions: readonly Condition[];
}

export interface RouteKind {
  readonly group: string;
  readonly kind: string;
}
