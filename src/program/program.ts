import { listedPricingName } from '../model/pricing.ts';
import type { NameMatcher } from './glob.ts';
import type { Guardrail } from './guardrail.ts';
import type { Budget, Limit } from './limit.ts';
import type { Pricing } from './pricing.ts';
import type { ScopedTable } from './scoped-table.ts';
import type { RecordSink, StoreSettings } from './store-settings.ts';

/**
 * What the processor decides by: the resources of the control plane, compiled once. Never changed; a new one takes its
 * place by one assignment, and an exchange keeps the one it started with.
 */
export interface Program {
  readonly settings: Settings;
  /** By SHA-256 of the secret, lower-case hex. */
  readonly keys: ReadonlyMap<string, Key>;
  readonly models: ModelTable;
  readonly providers: ReadonlyMap<string, Provider>;
  readonly routes: RouteTable;
  readonly passthrough: readonly PassthroughPath[];
  readonly guardrails: ScopedTable<Guardrail>;
  readonly limits: ScopedTable<Limit>;
  readonly budgets: ScopedTable<Budget>;
  /** By name: that of a logical model, the one that a target names, or that of a listed price. See `pricingOf`. */
  readonly pricings: ReadonlyMap<string, Pricing>;
  /** Values by name. Never shown. */
  readonly secrets: ReadonlyMap<string, string>;
  /**
   * Request headers, besides those that every request is read for, whose values something needs: for affinity, to
   * restore what an attempt has changed, for scopes and counters. Sorted.
   */
  readonly observedHeaders: readonly string[];
  /** By the name under which they are observed: headers that routes are chosen by, and that their own tokens say. */
  readonly claimedHeaders: ReadonlyMap<string, ClaimedHeader>;
}

/** A header that is never what the caller says, before the route is known whose policy wants it so. */
export interface ClaimedHeader {
  readonly demand: TokenDemand;
  /** Lower case. */
  readonly header: string;
  /** That are named exactly by routes which it chooses. */
  readonly models: ReadonlySet<string>;
}

export interface Settings {
  readonly maxBodyBytes: number;
  readonly defaultProfile: string;
  readonly store: StoreSettings;
  readonly usageRecords: RecordSink;
  readonly decisionRecords: RecordSink;
  /** Name in `secrets` of what hashes and reversible tokens are made with; empty: neither may be made. */
  readonly redactionSecret: string;
  /** Streams are asked to say what they used, also where the caller did not ask. */
  readonly includeUsage: boolean;
  /** Hash of the key that callers have who show none; empty: they are refused. */
  readonly anonymousKey: string;
  /** Base URL of a collector for spans; empty: none. */
  readonly otlpEndpoint: string;
  /** Envoy says which answers of earlier attempts were failures. */
  readonly collectsFailedAnswers: boolean;
  /** Where tokens are shown that routes ask for. Mostly empty. */
  readonly tokenSources: readonly TokenSource[];
  /**
   * By the filter that notes them: which tokens all have to show whose route wants no others, if Envoy leaves that to us.
   */
  readonly listenerTokens: ReadonlyMap<string, TokenDemand>;
  /** Some route lets in without token: until the route is known nobody can be refused for having none. */
  readonly hasOptionalTokens: boolean;
}

/** Fields in which Envoy notes what it has found of one issuer's tokens: what they say, or why it does not count. */
export interface TokenFields {
  readonly claims: string;
  readonly failure: string;
}

export interface TokenSource extends TokenFields {
  /** Lower case. */
  readonly headers: readonly string[];
}

/** Which tokens open a route, or a listener. */
export interface TokenDemand {
  readonly issuers: readonly DemandedIssuer[];
  /** A request without token is let in; a wrong token is not. */
  readonly isOptional: boolean;
}

export interface DemandedIssuer extends TokenFields {
  /** Claims by the path to them, and the headers that their values are put into. */
  readonly headers: readonly { readonly path: readonly string[]; readonly header: string }[];
}

export interface Key {
  readonly name: string;
  readonly sha256: string;
  readonly user: string;
  readonly team: string;
  readonly project: string;
  /** Of its document. */
  readonly labels: ReadonlyMap<string, string>;
  /** Milliseconds since the epoch; `Infinity`: never. */
  readonly expiresAtMs: number;
  readonly isEnabled: boolean;
  /** Absent: every model. */
  readonly allow: NameMatcher | undefined;
  readonly deny: NameMatcher | undefined;
  /** Own credentials by provider: the complete value of the provider's credential header, as latin1. Secrets. */
  readonly credentials: ReadonlyMap<string, string> | undefined;
}

export function mayUse(key: Key, model: string): boolean {
  return key.deny?.matches(model) !== true && key.allow?.matches(model) !== false;
}

export interface Model {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly isListed: boolean;
  /** 0: unknown. */
  readonly contextWindow: number;
  readonly maxOutput: number;
  /** It exists by routes that match its name, and only where one does. */
  readonly isOpen: boolean;
  /** For /v1/models; empty: this gateway. */
  readonly ownedBy: string;
  /** Milliseconds since the epoch. */
  readonly createdAtMs: number;
}

/** A model that only the pattern of a route knows. */
export function unlistedModel(name: string): Model {
  return {
    name,
    aliases: [],
    isListed: false,
    contextWindow: 0,
    maxOutput: 0,
    isOpen: true,
    ownedBy: '',
    createdAtMs: 0,
  };
}

/** Callers choose its name: it must not become a label, nor a counter of its own without a bound. */
export function isUnlisted({ models }: Program, model: Model): boolean {
  return model.isOpen && models.find(model.name) === undefined;
}

export interface ModelTable {
  /** By name or alias. */
  find(name: string): Model | undefined;
  /** Those that /v1/models shows, sorted by name. */
  readonly listed: readonly Model[];
}

export type Dialect = 'openai' | 'anthropic';

export interface Provider {
  readonly name: string;
  /** What expressions of costs call it. */
  readonly nameInCosts: string;
  readonly cluster: string;
  readonly dialect: Dialect;
  readonly basePath: string;
  readonly isPrivate: boolean;
  /** Flat: name, value, name, value… */
  readonly setHeaders: readonly string[];
  readonly removeHeaders: readonly string[];
  readonly bodyEdits: readonly BodyEdit[];
}

/** A top-level member of the request body: its new value as JSON text, or undefined to take it away. */
export interface BodyEdit {
  readonly name: string;
  readonly json: string | undefined;
}

export interface PassthroughPath {
  readonly provider: string;
  /** Up to the `*`, or all of it. */
  readonly path: string;
  readonly isPrefix: boolean;
}

export interface Route {
  readonly id: string;
  /** What scopes call it. */
  readonly name: string;
  /** What expressions of costs call it: a part with limits of its own is called as the whole. */
  readonly nameInCosts: string;
  /** Sorted by priority, then as written. */
  readonly targets: readonly Target[];
  readonly profile: string;
  /** Empty: none. */
  readonly affinityHeader: string;
  readonly isPrivateOnly: boolean;
  readonly coolDown: CoolDown;
  readonly watchBody: boolean;
  readonly firstTokenTimeoutMs: number;
  /** 0: says nothing about why an attempt failed. */
  readonly attemptTimeoutMs: number;
  /** Longest silence between bytes of an answer; 0: somebody else keeps to it. */
  readonly idleTimeoutMs: number;
  /** 0: as many as there are targets. */
  readonly mostAttempts: number;
  /** 0: one for each target. */
  readonly attemptsPerPriority: number;
  /** Id of the policy that cannot be enforced, because of which nobody serves it; empty: it is not closed. */
  readonly closedBy: string;
  /** Undefined: no token is asked for. */
  readonly tokens: TokenDemand | undefined;
}

/** `failures` 0: off. */
export interface CoolDown {
  readonly failures: number;
  readonly durationMs: number;
}

export interface Target {
  readonly provider: string;
  /** The provider's own name of the model; empty: as the client wrote it. */
  readonly model: string;
  readonly priority: number;
  readonly weight: number;
  /** Of provider and model: tells equal targets apart in the same way in every process. */
  readonly hash: number;
  /** Replaces `model` in the body; undefined: stays as the client wrote it. */
  readonly modelEdit: BodyEdit | undefined;
  /** Name of prices of its own; absent: those of the logical model. */
  readonly pricing?: string;
  /** Absent: nothing is changed beyond what the provider's own rules say. */
  readonly changes?: TargetChanges | undefined;
}

/** Win over those of the provider. */
export interface TargetChanges {
  /** Flat: name, value, name, value… */
  readonly setHeaders: readonly string[];
  /** The same; put behind the caller's value. */
  readonly addHeaders: readonly string[];
  readonly removeHeaders: readonly string[];
  readonly bodyEdits: readonly BodyEdit[];
}

/** What a target of a logical model costs: what it says itself, else the model, else a catalogue; undefined: unknown. */
export function pricingOf({ pricings }: Program, model: string, target: Target): Pricing | undefined {
  return (
    pricings.get(target.pricing ?? model) ?? pricings.get(listedPricingName(target.provider, target.model || model))
  );
}

/** No header, but asked for like one: the name of the listener by which a request came. Only some listeners tell. */
export const listenerHeader = ':listener';

/** The same of a header that tokens of a filter say. */
export function claimedHeaderName(filter: string, header: string): string {
  return `:token/${filter}/${header}`;
}

/** Where routes look for what they match besides the model. An exchange is one. */
export interface ObservedRequest {
  /** As the caller sent it, by name in lower case; `:authority` is the host, and `listenerHeader` what it came by. */
  observedHeader(name: string): string | undefined;
}

export interface RouteTable {
  /** The most specific route of a model that is known, for this key. Without a request only those that match any. */
  find(key: string, model: string, request?: ObservedRequest): Route | undefined;
  /** The same for a model that nobody has described: a route for everybody must match its name, and open it. */
  findOpen(key: string, model: string, request?: ObservedRequest): Route | undefined;
  /** A route for everybody names this model exactly, and serves the host. */
  serves(model: string, request: ObservedRequest): boolean;
  /** False: `findOpen` finds nothing, whatever the model. */
  readonly opensModels: boolean;
  /** Logical models that have a target with this provider and upstream model name, sorted. */
  modelsServing(provider: string, upstreamModel: string): readonly string[];
  /** Request headers that routes look at, lower case. */
  readonly observedHeaders: readonly string[];
}
