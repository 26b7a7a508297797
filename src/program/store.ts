import { guardedRouteContract, laterLimitContract } from '../contract.ts';
import { getOrCreate } from '../lib/get-or-create.ts';
import { budgetSchema, compileBudget } from './compile/budget.ts';
import { compileGuardrail, guardrailSchema } from './compile/guardrail.ts';
import { compileKey, keySchema } from './compile/key.ts';
import { compileLimit, limitSchema } from './compile/limit.ts';
import { compileModel, modelSchema } from './compile/model.ts';
import { compilePricing, pricingSchema } from './compile/pricing.ts';
import { type CompiledProvider, compileProvider, providerSchema } from './compile/provider.ts';
import { type CompiledRoute, compileRoute, routeSchema } from './compile/route.ts';
import { type CompiledSecret, compileSecret, secretSchema } from './compile/secret.ts';
import { compileSettings, settingsSchema } from './compile/settings.ts';
import { headersOfCounter } from './counter.ts';
import type { Guardrail } from './guardrail.ts';
import { withKeys } from './key-table.ts';
import type { Budget, Limit } from './limit.ts';
import { modelTable } from './model-table.ts';
import type { Pricing } from './pricing.ts';
import type { ClaimedHeader, Key, ModelTable, PassthroughPath, Program } from './program.ts';
import { type RouteIndex, routeIndex } from './routes/route-table.ts';
import { type ScopedTable, scopedTable } from './scoped-table.ts';
import { createSlot, type ReceivedResource, type RefusedResource, type Slot } from './slot.ts';

/** Where readers find the program in force. */
export interface ProgramSource {
  /** Undefined until every type has been received once: half a program would refuse requests that the other half allows. */
  readonly current: Program | undefined;
}

/** Takes resources in, type by type, and keeps the program that follows from them. */
export class ProgramStore implements ProgramSource {
  current: Program | undefined = undefined;
  private readonly settings = createSlot(settingsSchema, compileSettings);
  private readonly providers = createSlot(providerSchema, compileProvider);
  private readonly routes = createSlot(routeSchema, compileRoute, [guardedRouteContract]);
  private readonly models = createSlot(modelSchema, compileModel);
  private readonly keys = createSlot(keySchema, compileKey);
  private readonly secrets = createSlot(secretSchema, compileSecret);
  private readonly pricings = createSlot(pricingSchema, compilePricing);
  private readonly guardrails = createSlot(guardrailSchema, compileGuardrail);
  private readonly limits = createSlot(limitSchema, compileLimit, [laterLimitContract]);
  private readonly budgets = createSlot(budgetSchema, compileBudget);
  private keysByHash: ReadonlyMap<string, Key> = new Map();
  private modelsByName: ModelTable = modelTable(new Map());
  private routesByMatch: RouteIndex = routeIndex();
  private providersByName: ReadonlyMap<string, CompiledProvider> = new Map();
  private passthrough: readonly PassthroughPath[] = [];
  private secretsByName: ReadonlyMap<string, string> = new Map();
  private pricingsByName: ReadonlyMap<string, Pricing> = new Map();
  private guardrailsInScope: ScopedTable<Guardrail> = scopedTable([]);
  private limitsInScope: ScopedTable<Limit> = scopedTable([]);
  private budgetsInScope: ScopedTable<Budget> = scopedTable([]);
  private observedHeaders: readonly string[] = [];
  private claimedHeaders: ReadonlyMap<string, ClaimedHeader> = new Map();
  /** In the order in which they are asked for: what others refer to comes first. */
  private readonly slots: readonly Slot<unknown>[] = [
    this.secrets,
    this.settings,
    this.providers,
    this.pricings,
    this.guardrails,
    this.limits,
    this.budgets,
    this.models,
    this.routes,
    this.keys,
  ];

  get typeUrls(): readonly string[] {
    return this.slots.map((slot) => slot.typeUrl);
  }

  /** By resource name: what is in force, for a server that wants to send only differences. */
  versions(typeUrl: string): ReadonlyMap<string, string> {
    return this.slotOf(typeUrl)?.versions ?? new Map();
  }

  /**
   * Only tables of the changed type are made anew. What is refused leaves its last good version in force and does not
   * hold back the others.
   */
  apply(
    typeUrl: string,
    received: readonly ReceivedResource[],
    removed: readonly string[],
  ): readonly RefusedResource[] {
    const refused = this.take(typeUrl, received, removed);
    const settings = this.settings.values.get('settings');
    if (settings !== undefined && this.slots.every((slot) => slot.isKnown)) {
      this.current = {
        settings,
        keys: this.keysByHash,
        models: this.modelsByName,
        providers: this.providersByName,
        routes: this.routesByMatch,
        passthrough: this.passthrough,
        guardrails: this.guardrailsInScope,
        limits: this.limitsInScope,
        budgets: this.budgetsInScope,
        pricings: this.pricingsByName,
        secrets: this.secretsByName,
        observedHeaders: this.observedHeaders,
        claimedHeaders: this.claimedHeaders,
      };
    }
    return refused;
  }

  private take(typeUrl: string, received: readonly ReceivedResource[], removed: readonly string[]) {
    switch (typeUrl) {
      case this.settings.typeUrl:
        // A gateway without settings does not exist; their removal is a moment of a change.
        return this.settings.take(received, []).refused;
      case this.providers.typeUrl: {
        const { refused } = this.providers.take(received, removed);
        this.providersByName = new Map(this.providers.values);
        this.passthrough = passthroughOf(this.providersByName);
        this.observedHeaders = this.observed();
        return refused;
      }
      case this.models.typeUrl: {
        const { refused } = this.models.take(received, removed);
        this.modelsByName = modelTable(this.models.values);
        return refused;
      }
      case this.routes.typeUrl: {
        const { changed, gone, refused } = this.routes.take(received, removed);
        this.routesByMatch = this.routesByMatch.with(this.routes.values, [...changed, ...gone]);
        this.observedHeaders = this.observed();
        this.claimedHeaders = claimedBy(this.routes.values);
        return refused;
      }
      case this.keys.typeUrl: {
        const { changed, gone, refused } = this.keys.take(received, removed);
        this.keysByHash = withKeys(this.keysByHash, this.keys.values, changed, gone);
        return refused;
      }
      case this.secrets.typeUrl: {
        const { refused } = this.secrets.take(received, removed);
        this.secretsByName = valuesOf(this.secrets.values);
        return refused;
      }
      case this.pricings.typeUrl: {
        const { refused } = this.pricings.take(received, removed);
        this.pricingsByName = new Map(this.pricings.values);
        return refused;
      }
      case this.guardrails.typeUrl: {
        const { refused } = this.guardrails.take(received, removed);
        this.guardrailsInScope = scopedTable(this.guardrails.values.values());
        this.observedHeaders = this.observed();
        return refused;
      }
      case this.limits.typeUrl: {
        const { refused } = this.limits.take(received, removed);
        this.limitsInScope = scopedTable(this.limits.values.values());
        this.observedHeaders = this.observed();
        return refused;
      }
      case this.budgets.typeUrl: {
        const { refused } = this.budgets.take(received, removed);
        this.budgetsInScope = scopedTable(this.budgets.values.values());
        this.observedHeaders = this.observed();
        return refused;
      }
      default:
        return received.map(({ name }) => ({ name, reason: `is of the unknown type ${typeUrl}` }));
    }
  }

  private observed(): readonly string[] {
    const names = new Set<string>([...this.routesByMatch.observedHeaders, ...changedBy(this.providers.values)]);
    for (const table of [this.guardrailsInScope, this.limitsInScope, this.budgetsInScope]) {
      for (const { scope } of table.all) for (const name of scope.headers) names.add(name);
    }
    for (const table of [this.limitsInScope, this.budgetsInScope]) {
      for (const { counter } of table.all) for (const name of headersOfCounter(counter.per)) names.add(name);
    }
    return [...names].sort();
  }

  private slotOf(typeUrl: string): Slot<unknown> | undefined {
    return this.slots.find((slot) => slot.typeUrl === typeUrl);
  }
}

/** Exact paths first, then the longest prefix, then the provider's name: the most specific one decides. */
function passthroughOf(providers: ReadonlyMap<string, CompiledProvider>): readonly PassthroughPath[] {
  return [...providers.values()]
    .flatMap((provider) => provider.passthrough)
    .sort(
      (a, b) =>
        Number(a.isPrefix) - Number(b.isPrefix) ||
        b.path.length - a.path.length ||
        (a.provider < b.provider ? -1 : a.provider > b.provider ? 1 : 0),
    );
}

function changedBy(providers: ReadonlyMap<string, CompiledProvider>): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { setHeaders, removeHeaders } of providers.values()) {
    for (let i = 0; i < setHeaders.length; i += 2) names.add(setHeaders[i] as string);
    for (const name of removeHeaders) names.add(name);
  }
  return names;
}

function valuesOf(secrets: ReadonlyMap<string, CompiledSecret>): ReadonlyMap<string, string> {
  return new Map([...secrets].map(([name, { value }]) => [name, value]));
}

function claimedBy(routes: ReadonlyMap<string, CompiledRoute>): ReadonlyMap<string, ClaimedHeader> {
  const claimed = new Map<string, ClaimedHeader & { readonly models: Set<string> }>();
  for (const { tokens, claimedHeaders, exactModels } of routes.values()) {
    if (tokens === undefined) continue;
    for (const [name, header] of claimedHeaders) {
      const { models } = getOrCreate(claimed, name, () => ({ demand: tokens, header, models: new Set() }));
      for (const model of exactModels) models.add(model);
    }
  }
  return claimed;
}
