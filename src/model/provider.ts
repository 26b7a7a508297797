import type { Decision } from './decision.ts';
import type { Origins } from './origins.ts';

/** The dialect spoken on the wire. Several policy schemas speak the same one. */
export type Dialect = 'openai' | 'anthropic';

export interface Provider {
  readonly name: string;
  /** What expressions of costs call it; absent: its name. */
  readonly nameInCosts?: string;
  /** Name of the Envoy cluster that reaches it. */
  readonly cluster: string;
  readonly dialect: Dialect;
  readonly endpoint: Endpoint;
  /** More of the same, which share the load. All are names, or all are addresses. */
  readonly moreEndpoints?: readonly Address[];
  /** HTTP/2 without TLS, where nothing says what the other side speaks. */
  readonly isPlainHttp2?: boolean;
  /** Its dialect is not spoken yet: Envoy knows how to reach it, and no chain leads there. */
  readonly isUnserved?: boolean;
  readonly isPrivate: boolean;
  readonly tls?: UpstreamTls;
  readonly credential?: ProviderCredential;
  readonly setHeaders: readonly Header[];
  readonly removeHeaders: readonly string[];
  readonly setBody: readonly BodyField[];
  readonly removeBody: readonly string[];
  readonly passthroughPaths: readonly string[];
  readonly connectTimeoutMs: number;
  /** Absent: nobody says anything that others could say. */
  readonly decisions?: readonly Decision[];
  readonly origins: Origins;
}

export interface Address {
  readonly host: string;
  readonly port: number;
  /** What requests call it; absent: its host. */
  readonly hostname?: string;
}

export interface Endpoint extends Address {
  /** Path put in place of the client's `/v1`; no trailing slash. */
  readonly basePath: string;
}

export interface UpstreamTls {
  readonly serverName: string;
  /** Name of a `trustedCa` secret; absent: the system's certificates. */
  readonly ca?: string;
  /** Name of a `certificate` secret. */
  readonly clientCertificate?: string;
  /** One of them must be in the certificate; absent: the server name. */
  readonly subjectNames?: readonly SubjectName[];
}

export interface SubjectName {
  readonly kind: 'dns' | 'uri';
  readonly value: string;
}

/** How a provider is shown who asks. */
export type ProviderCredential = HeaderCredential | AwsSigning;

export interface HeaderCredential {
  readonly header: string;
  readonly prefix: string;
  /** Name of an `opaque` secret. */
  readonly secret: string;
}

/** Requests are signed as AWS wants it (SigV4). */
export interface AwsSigning {
  readonly service: string;
  readonly region: string;
  /** Name of an `awsKey` secret. */
  readonly secret: string;
}

export interface Header {
  readonly name: string;
  readonly value: string;
}

export interface BodyField {
  readonly name: string;
  /** JSON text. */
  readonly json: string;
}
