import type { Node } from '../../gen/envoy/config/core/v3/base_pb.js';

/** What the rest of Sluice knows of a connected client. */
export interface XdsNode {
  readonly id: string;
  readonly cluster: string;
  /** `envoy`, `sluice-processor`, or what another client calls itself. */
  readonly userAgent: string;
  readonly version: string | undefined;
  /** Strings of the node's metadata. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ClientState {
  readonly node: XdsNode;
  readonly group: string;
  readonly connectedAt: number;
  readonly types: readonly TypeSummary[];
  /** Resource by resource, made when asked for. */
  resources(): readonly ResourceState[];
}

export interface ResourceState {
  readonly typeUrl: string;
  readonly name: string;
  readonly version: string | undefined;
  /** `missing`: asked for, but there is no such resource. */
  readonly state: 'accepted' | 'sent' | 'refused' | 'missing';
  readonly error?: string;
}

export interface TypeSummary {
  readonly typeUrl: string;
  /** Resources that the client has accepted. */
  readonly accepted: number;
  /** `nacked`: something refused has not been replaced yet. `pending`: not everything was sent and answered. */
  readonly state: 'synced' | 'pending' | 'nacked';
  /** What stands refused: its text, the whole refused batch, and those of it that the text names. */
  readonly nack?: {
    readonly text: string;
    readonly names: readonly string[];
    readonly suspects: readonly string[];
    readonly at: number;
  };
}

/** What happens on the streams, for logs, metrics and status. */
export type XdsEvent =
  | { readonly kind: 'connected' | 'disconnected'; readonly node: XdsNode; readonly group: string }
  | { readonly kind: 'turned away'; readonly node: XdsNode; readonly text: string }
  | { readonly kind: 'ack'; readonly node: XdsNode; readonly group: string; readonly typeUrl: string }
  | {
      readonly kind: 'nack';
      readonly node: XdsNode;
      readonly group: string;
      readonly typeUrl: string;
      readonly names: readonly string[];
      /** What was refused of each, undefined where it was its removal. Something newer may have been published since. */
      readonly versions: ReadonlyMap<string, string | undefined>;
      readonly text: string;
    };

/** One response, for counting what goes over the wire. */
export interface SentResponse {
  readonly node: XdsNode;
  readonly group: string;
  readonly typeUrl: string;
  readonly resources: number;
  readonly removed: number;
  readonly bytes: number;
}

export function nodeOf(node: Node): XdsNode {
  const version = node.userAgentVersionType;
  const built = version.case === 'userAgentBuildVersion' ? version.value.version : undefined;
  const metadata = Object.entries(node.metadata ?? {}).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const text = version.case === 'userAgentVersion' ? version.value : undefined;
  return {
    id: node.id,
    cluster: node.cluster,
    userAgent: node.userAgentName,
    version: built === undefined ? text : `${built.majorNumber}.${built.minorNumber}.${built.patch}`,
    metadata: Object.fromEntries(metadata),
  };
}
