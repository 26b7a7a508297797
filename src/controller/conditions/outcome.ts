import type { KubeObject } from '../../kube/object.ts';
import type { Attachment } from '../../model/build/attachment.ts';
import type { Problem } from '../../policy/problem.ts';
import type { Reach } from '../rollout/reach.ts';

/** An object of a kind that we read. Items of lists do not say their kind, so it stands beside them. */
export interface WatchedObject {
  readonly kind: string;
  readonly object: KubeObject;
}

/** What became of the policy: everything that conditions are derived from, at one moment. */
export interface Outcome {
  /** Name by which GatewayClasses choose us. */
  readonly controllerName: string;
  /** As the API server has them, with the status that they have now. */
  readonly objects: Iterable<WatchedObject>;
  /**
   * The generation of each document, by id, that all of the following speaks of. An object that is not in it, or has
   * another generation by now, has not been judged yet: nothing is said of it.
   */
  readonly generations: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
  /** Whether an older version of the document stands in for the one that was written. */
  isStale(id: string): boolean;
  readonly attachments: readonly Attachment[];
  /** By document: what an Envoy or a processor said when it refused what was made of it. */
  readonly nacks: ReadonlyMap<string, string>;
  /** Whether what was made of these documents has been handed out to the end. */
  readonly isPublished: boolean;
  /** By name of the gateway in the model. */
  readonly reach: ReadonlyMap<string, Reach>;
  /** By name of the gateway in the model. */
  readonly provisioned: ReadonlyMap<string, ProvisionedGateway>;
  /** Of the CustomResourceDefinitions of Gateway API: their annotation `gateway.networking.k8s.io/bundle-version`. */
  readonly gatewayApiVersion?: string;
}

/** What the provisioning of a Gateway knows that its status tells. */
export interface ProvisionedGateway {
  readonly addresses: readonly GatewayAddress[];
  /** Of its Deployment: pods that hold a complete configuration, connected to whichever replica of the controller. */
  readonly readyPods: number;
  /** Why its Deployment, Service … could not be made as they should be. */
  readonly error?: string;
}

export interface GatewayAddress {
  readonly type: 'IPAddress' | 'Hostname';
  readonly value: string;
}
