import type { Decision } from './decision.ts';
import type { Cors } from './gateway.ts';
import type { Origins } from './origins.ts';
import type { FilterChoice } from './own-filter.ts';
import type { TokenDemand } from './token-demand.ts';

/** One port, or the hosts of one that several share: then all have TLS or none has. Changes of a listener cut long streams after the drain time, so it holds only what must be here. */
export interface Listener {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** By which callers come, where that is another one. */
  readonly askedPort?: number;
  /** Host names served; empty: every host. */
  readonly hostnames: readonly string[];
  readonly tls?: ListenerTls;
  /** For all that comes by here, unless a service says otherwise. It stands with the routes: a change cuts nothing. */
  readonly filters?: FilterChoice;
  /** Names of filters of tokens that single routes ask for: what they find is noted, and nobody is refused. Sorted. */
  readonly notedTokens?: readonly string[];
  /**
   * What `filters` want of those who ask for models is demanded by the processor in place of Envoy, since single routes
   * want tokens of their own instead. Absent: Envoy demands it.
   */
  readonly tokens?: TokenDemand;
  /** Of those who ask for models by here; absent: as the settings of the gateway say. */
  readonly cors?: Cors;
  /** Absent: nobody says anything that others could say. */
  readonly decisions?: readonly Decision[];
  readonly origins: Origins;
}

export interface ListenerTls {
  /** Names of `certificate` secrets. */
  readonly certificates: readonly string[];
  /** Name of a `trustedCa` secret; client certificates are verified against it. */
  readonly clientCa?: string;
  readonly isClientCertificateRequired: boolean;
  /** Let in like one who shows none: who shows a certificate that nobody there has signed. */
  readonly isUntrustedAccepted?: true;
  /** Absent: versions and algorithms are those of the gateway. */
  readonly parameters?: TlsParameters;
}

/** How clients may speak TLS. What is absent is the gateway's own; lists are not empty, the best first. */
export interface TlsParameters {
  readonly minVersion?: TlsVersion;
  readonly maxVersion?: TlsVersion;
  readonly ciphers?: readonly string[];
  readonly ecdhCurves?: readonly string[];
  readonly signatureAlgorithms?: readonly string[];
  readonly alpnProtocols?: readonly string[];
}

export type TlsVersion = '1.2' | '1.3';
