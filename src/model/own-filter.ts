import type { Origins } from './origins.ts';

/** In the order in which a request meets them, unless somebody lists them in another one. */
export const ownFilterKinds = ['keys', 'tokens', 'lua', 'processor', 'wasm'] as const;
export type OwnFilterKind = (typeof ownFilterKinds)[number];

/**
 * Where filters stand, in the order in which a request meets them: those of a kind together, and between those that check
 * callers and the others the ones that a GatewayPolicy lists, of any kind.
 */
export const filterPlaces = ['keys', 'tokens', 'listed', 'lua', 'processor', 'wasm'] as const;
export type FilterPlace = (typeof filterPlaces)[number];

/**
 * A filter that a policy brings along. Envoy runs it in front of our processor, for those requests only whose listener or
 * route chooses it by name.
 */
export type OwnFilter = KeyFilter | TokenFilter | LuaFilter | ProcessorFilter | WasmFilter;

interface Common {
  /** Unique. Filters of one place are sorted by it. */
  readonly name: string;
  /** It stands where a list of filters puts it; absent: with those of its kind. */
  readonly isListed?: true;
  readonly origins: Origins;
}

/** Checks keys of those who call ordinary services. */
export interface KeyFilter extends Common {
  readonly kind: 'keys';
  readonly clients: readonly { readonly client: string; readonly secret: string }[];
  /** Where a request may have its key. In lower case. */
  readonly headers: readonly string[];
  /** Tells the service which client it is. */
  readonly clientHeader?: string;
  readonly hidesKey: boolean;
}

/** Checks tokens of callers (RFC 7519). */
export interface TokenFilter extends Common {
  readonly kind: 'tokens';
  /** One of them must have issued the token. At least one. */
  readonly issuers: readonly TokenIssuer[];
  /** A request without a token is let in; a wrong token is not. */
  readonly isOptional: boolean;
}

export interface TokenIssuer {
  readonly name: string;
  readonly issuer?: string;
  readonly audiences: readonly string[];
  readonly keySet: (FetchedFile & { readonly cacheMs: number }) | { readonly json: string };
  /** Empty: `Authorization: Bearer`. */
  readonly from: readonly { readonly header: string; readonly prefix: string }[];
  readonly claims: readonly ClaimHeader[];
}

/** A claim (a dot goes deeper), and the header that its value is put into. A caller's own of that name is taken off. */
export interface ClaimHeader {
  readonly claim: string;
  readonly header: string;
}

/** Where its tokens are shown; the prefix of the usual place is said once. */
export function tokenPlaces({ from }: Pick<TokenIssuer, 'from'>): TokenIssuer['from'] {
  return from.length > 0 ? from : [{ header: 'authorization', prefix: 'Bearer ' }];
}

/** Something that Envoy fetches itself. */
export interface FetchedFile {
  readonly url: string;
  /** Name of a backend's cluster. */
  readonly cluster: string;
}

export interface LuaFilter extends Common {
  readonly kind: 'lua';
  readonly script: string;
  /** Requests go on when it fails. */
  readonly isOptional: boolean;
}

/** A gRPC service that speaks Envoy's ext_proc. */
export interface ProcessorFilter extends Common {
  readonly kind: 'processor';
  /** Name of a backend's cluster. */
  readonly cluster: string;
  /** What it is called in requests. */
  readonly authority: string;
  readonly messageTimeoutMs: number;
  readonly isOptional: boolean;
  /** Absent: it does not hear of requests. */
  readonly request?: ProcessorDirection;
  /** Absent: it does not hear of answers. */
  readonly response?: ProcessorDirection;
  readonly mayChangeMode: boolean;
  readonly readableMetadata: readonly string[];
  readonly writableMetadata: readonly string[];
}

export interface ProcessorDirection {
  readonly body: 'none' | 'streamed' | 'buffered' | 'bufferedPartial' | 'duplex';
  readonly attributes: readonly string[];
}

export interface WasmFilter extends Common {
  readonly kind: 'wasm';
  /** What the code is told that it is called. */
  readonly title: string;
  /** By which the code knows which of its parts is meant. */
  readonly rootId: string;
  readonly code: FetchedFile & { readonly sha256: string };
  /** What it is told at its start. */
  readonly configuration?: string;
  readonly isOptional: boolean;
  /** Environment variables of Envoy that it may read. */
  readonly environment: readonly string[];
}

/**
 * Names of the filters that requests meet, by place. A place that is absent is for somebody else to say; `unusable` was
 * asked for and cannot be had, so that requests are refused rather than let past it.
 */
export type FilterChoice = { readonly [P in FilterPlace]?: readonly string[] | 'unusable' };

export function placeOf({ kind, isListed }: Pick<OwnFilter, 'kind' | 'isListed'>): FilterPlace {
  return isListed === true ? 'listed' : kind;
}
