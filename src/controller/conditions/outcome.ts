import type { KubeObject, Resource } from '../../kube/object.ts';
import type { Judgement } from '../controller.ts';
import type { Reach } from '../rollout/reach.ts';

/** An object of a kind that we read. Items of lists need not say what they are, so it stands beside them. */
export interface WatchedObject {
  readonly kind: string;
  /** With the version that it was read in. */
  readonly resource: Resource;
  readonly object: KubeObject;
}

/** What became of the policy: everything that conditions are derived from, at one moment. */
export interface Outcome extends Omit<Judgement, 'revision'> {
  /** Name by which GatewayClasses choose us. */
  readonly controllerName: string;
  /** As the API server has them, with the status that they have now. */
  readonly objects: Iterable<WatchedObject>;
  /**
   * The generation of each document, by id, that all of the following speaks of. An object that is not in it, or has
   * another generation by now, has not been judged yet: nothing is said of it.
   */
  readonly generations: ReadonlyMap<string, number>;
  /** Of an older version that is in force in place of this object: the generation. */
  olderGeneration(id: string): number | undefined;
  /** By name of the gateway in the model, over all replicas of the controller that answer. */
  readonly reach: ReadonlyMap<string, Reach>;
  /** Replicas that do not say how their clients stand. */
  readonly silent: readonly string[];
  /** By name of the gateway in the model. */
  readonly provisioned: ReadonlyMap<string, ProvisionedGateway>;
  /** Uids of Gateways, ours or not by now, for which something stands that we have made. */
  readonly made?: ReadonlySet<string>;
  /** Of the CustomResourceDefinitions of Gateway API: their annotation `gateway.networking.k8s.io/bundle-version`. */
  readonly gatewayApiVersion?: string;
}

/** What the provisioning of a Gateway knows that its status tells. */
export interface ProvisionedGateway {
  /** Absent: nobody knows yet. */
  readonly addresses?: readonly GatewayAddress[];
  /** Of its Deployment: pods that hold a complete configuration, connected to whichever replica of the controller. */
  readonly readyPods: number;
  readonly podTrouble?: PodTrouble;
  /** Why its Deployment, Service … could not be made as they should be. */
  readonly error?: string;
  /** Ids of the GatewayParameters to blame for it: without them the API server would take what it refuses. */
  readonly faulty?: readonly string[];
  /** The address that it asks for, likewise. */
  readonly unusableAddress?: string;
}

/** Pods that are wanted and do not run, as far as their Deployment knows. */
export interface PodTrouble {
  /** Somebody has to do something. Otherwise they may just be starting. */
  readonly isLasting: boolean;
  /** A sentence or two. */
  readonly text: string;
}

export interface GatewayAddress {
  readonly type: 'IPAddress' | 'Hostname';
  readonly value: string;
}
