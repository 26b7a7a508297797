import type { Decision } from './decision.ts';
import type { Origins } from './origins.ts';
import type { FilterChoice } from './own-filter.ts';
import type { Endpoint, Header, UpstreamTls } from './provider.ts';

/** What is no model: ordinary services behind the same ports. Envoy alone serves them; the processor never sees them. */
export interface Services {
  /** Where two are equally specific, the first one answers. */
  readonly routes: readonly ServiceRoute[];
  readonly backends: readonly ServiceBackend[];
}

export const noServices: Services = { routes: [], backends: [] };

/** One match of an HTTPRoute, and what happens to the requests that meet it. */
export interface ServiceRoute {
  /** Unique. */
  readonly id: string;
  /** Names of the listeners that it is attached to. */
  readonly listeners: readonly string[];
  /** Empty: every host of these listeners. */
  readonly hostnames: readonly string[];
  readonly match: ServiceMatch;
  readonly action: ServiceAction;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
  /** What pages of other origins may do; absent: what the service itself says. */
  readonly cors?: ServiceCors;
  /** Goes before what the listener chooses, kind by kind. */
  readonly filters?: FilterChoice;
  /** Absent: nobody says anything that others could say. */
  readonly decisions?: readonly Decision[];
  readonly origins: Origins;
}

export interface ServiceCors {
  readonly allowOrigins: readonly string[];
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly allowCredentials: boolean;
  readonly maxAgeSeconds: number;
}

export interface ServiceMatch {
  readonly path: PathMatch;
  readonly method?: string;
  readonly headers: readonly ValueMatch[];
  readonly query: readonly ValueMatch[];
}

export interface PathMatch {
  /** `prefix`: of whole segments, so that `/shop` does not match `/shopping`. */
  readonly kind: 'exact' | 'prefix' | 'regex';
  readonly value: string;
}

export interface ValueMatch {
  readonly name: string;
  readonly kind: 'exact' | 'regex';
  readonly value: string;
}

export interface HeaderChanges {
  readonly set: readonly Header[];
  readonly add: readonly Header[];
  readonly remove: readonly string[];
}

export const noHeaderChanges: HeaderChanges = { set: [], add: [], remove: [] };

export type ServiceAction =
  | {
      readonly kind: 'forward';
      readonly backends: readonly WeightedBackend[];
      readonly rewrite: { readonly hostname?: string; readonly path?: PathRewrite };
      readonly mirrors: readonly Mirror[];
      /** Absent: as long as it takes. */
      readonly timeoutMs?: number;
      readonly attemptTimeoutMs?: number;
      /** Longest silence of both sides; 0: no bound. Absent: Envoy's five minutes. */
      readonly silenceMs?: number;
      readonly retry?: ServiceRetry;
    }
  | {
      readonly kind: 'redirect';
      readonly scheme?: string;
      readonly hostname?: string;
      readonly port?: number;
      readonly path?: PathRewrite;
      readonly status: 301 | 302 | 303 | 307 | 308;
    }
  /** What is to be answered where no backend can be reached by what was written. */
  | { readonly kind: 'fail'; readonly status: 500 };

export interface PathRewrite {
  /** `prefix`: of the prefix that was matched. */
  readonly kind: 'full' | 'prefix';
  readonly value: string;
}

export interface WeightedBackend {
  /** Name of a backend's cluster; absent: a backend that does not exist, whose share of the requests fails. */
  readonly cluster?: string;
  readonly weight: number;
  readonly requestHeaders: HeaderChanges;
  readonly responseHeaders: HeaderChanges;
}

export interface Mirror {
  readonly cluster: string;
  readonly percent: number;
}

export interface ServiceRetry {
  readonly attempts: number;
  /** Envoy's names of failures; absent: whatever leaves an attempt without an answer. */
  readonly triggers?: readonly string[];
  readonly statuses: readonly number[];
  readonly backoffMs: number;
  /** Absent: ten times the first. */
  readonly mostBackoffMs?: number;
}

export interface ServiceBackend {
  readonly cluster: string;
  readonly endpoints: readonly Pick<Endpoint, 'host' | 'port'>[];
  readonly protocol: 'http1' | 'http2';
  readonly tls?: UpstreamTls;
  /** Absent: nobody says anything that others could say. */
  readonly decisions?: readonly Decision[];
  readonly origins: Origins;
}
