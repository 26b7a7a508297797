import type { XdsNode } from '../../xds/server/client.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import type { Refusal } from './refusal.ts';

/**
 * A refusal as other replicas hear of it, and as it is kept for a restart. The version is that of the content: it is
 * another one when a document, a secret or what we make of them is.
 */
export interface RefusedVersion extends Pick<Resource, 'typeUrl' | 'name' | 'version'> {
  readonly gateway: string;
  readonly text: string;
  /** Kinds of clients that have refused it, sorted. */
  readonly by: readonly string[];
  /** It came with others, and the text names none of them: it may be right. */
  readonly isSuspect?: boolean;
  /** What it was made of: hashes of documents by id. */
  readonly documents: Readonly<Record<string, string>>;
}

/** What a client of another replica has in force. */
export interface AcceptedVersion extends Pick<Resource, 'typeUrl' | 'name' | 'version'> {
  readonly gateway: string;
}

/**
 * Clients of one kind answer the same content alike: `envoy/1.40.0`, in pods with what their Deployment makes them of:
 * `envoy/1.40.0/76dd665fcb`. A port that a pod may not open is refused until the pods are other ones.
 */
export function clientKind({ id, userAgent, version }: Pick<XdsNode, 'id' | 'userAgent' | 'version'>): string {
  const template = podOfDeployment.exec(id)?.[1];
  return [userAgent, version ?? '', ...(template === undefined ? [] : [template])].join('/');
}

/** Kubernetes writes hash and suffix without vowels and what looks like one. */
const podOfDeployment = /-([bcdf-hj-np-tvwxz2456789]{1,10})-[bcdf-hj-np-tvwxz2456789]{5}(?:-processor-\d+)?$/;

/** What is kept of a text: statuses have no room for more. */
const longestText = 2_000;

export function refusedVersion(gateway: string, { resource, text, by, documents, isSuspect }: Refusal): RefusedVersion {
  const { typeUrl, name, version } = resource;
  const said = { text: text.slice(0, longestText), by, ...(isSuspect && { isSuspect }) };
  return { gateway, typeUrl, name, version, ...said, documents };
}

/**
 * Whether somebody is there who may answer otherwise: whoever refused it has left, and others of its sort have come, after
 * an upgrade.
 */
export function isOutlived({ by }: Pick<RefusedVersion, 'by'>, connected: readonly string[]): boolean {
  const agents = new Set(by.map(agentOf));
  const askable = connected.filter((kind) => agents.has(agentOf(kind)));
  return askable.length > 0 && !askable.some((kind) => by.includes(kind));
}

function agentOf(kind: string): string {
  return kind.slice(0, kind.indexOf('/'));
}

export function isRefusedVersion(given: unknown): given is RefusedVersion {
  if (typeof given !== 'object' || given === null) return false;
  const { by, documents, ...texts } = given as Record<string, unknown>;
  return (
    ['gateway', 'typeUrl', 'name', 'version', 'text'].every((field) => typeof texts[field] === 'string') &&
    Array.isArray(by) &&
    by.every((kind) => typeof kind === 'string') &&
    typeof documents === 'object' &&
    documents !== null &&
    Object.values(documents).every((hash) => typeof hash === 'string')
  );
}
