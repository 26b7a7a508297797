import { findModelOrOpened } from '../../../src/extproc/stages/resolve/find-model.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import {
  type Dialect,
  isUnlisted,
  type Key,
  listenerHeader,
  type Model,
  mayUse,
  type ObservedRequest,
  type Program,
  type Provider,
  type Route,
} from '../../../src/program/program.ts';
import { programResources } from '../../../src/program/resources.ts';
import { ProgramStore } from '../../../src/program/store.ts';
import { applyingTo, whyHeldBack } from './applying.ts';
import { type DecidedGateway, type ExplainedDecision, explainDecisions } from './decisions.ts';
import { explainFilters, noFilters } from './filters.ts';
import { explainInlinePolicy, factsOf, type InlinePolicy, noInlinePolicy } from './inline-policy.ts';

export const apiNames = { openai: 'OpenAI API', anthropic: 'Anthropic API' } as const;

const inThisOrder = 'the targets are tried in this order';
const inThisOrderByApi = 'each API has a chain of its own, whose targets are tried in this order';

/** What a request with this key for this model would meet. */
export interface Explanation {
  readonly key: string;
  /** As asked for. */
  readonly model: string;
  /** `refused`: the caller gets an error, and why. */
  readonly outcome: 'served' | 'refused';
  readonly reason: string;
  /** Notes on how the answer came about, in order. */
  readonly steps: readonly string[];
  /** Filters of the policy that a request meets first. */
  readonly filters: readonly string[];
  readonly targets: readonly ExplainedTarget[];
  /** Who decided what several documents, or several places of them, can say. */
  readonly decisions: readonly ExplainedDecision[];
  readonly policy: InlinePolicy;
}

export interface ExplainedTarget {
  readonly provider: string;
  readonly model: string;
  /** Whose requests it answers; absent: nobody knows, since its provider is not there. */
  readonly api?: Dialect;
  readonly priority: number;
  /** Share of the first attempts among the targets of the same priority and API that are in. */
  readonly share: number;
  readonly isIn: boolean;
  readonly reason: string;
}

/** Compiles the program exactly as a processor does, so that the answer is the processor's. */
export function compileProgram(gateway: GatewayModel): Program | undefined {
  const store = new ProgramStore();
  const byType = Map.groupBy(programResources(gateway), (resource) => resource.typeUrl);
  for (const typeUrl of store.typeUrls) store.apply(typeUrl, byType.get(typeUrl) ?? [], []);
  return store.current;
}

/** The part of a request that decides which chain answers. */
export interface ExplainQuestion {
  readonly key: string;
  readonly model: string;
  /** By name in lower case; the host is `:authority`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `gateway`: what of it is not in the program, such as where rules and prices come from. */
export function explain(
  program: Program,
  { key: keyName, model: named, headers = {} }: ExplainQuestion,
  now: number,
  gateway?: DecidedGateway & Pick<GatewayModel, 'filters' | 'pricings'>,
): Explanation {
  const filters = gateway ? explainFilters(gateway) : noFilters;
  const steps: string[] = [];
  const refused = (reason: string): Explanation => ({
    key: keyName,
    model: named,
    outcome: 'refused',
    reason,
    steps,
    filters: filters.lines,
    targets: [],
    decisions: [],
    policy: noInlinePolicy,
  });
  if (filters.isClosed) return refused('a filter that is asked for cannot be had (500)');
  const key = [...program.keys.values()].find((each) => each.name === keyName);
  if (key === undefined) {
    const names = [...program.keys.values()].map(({ name }) => name);
    return refused(
      `there is no usable ApiKey "${keyName}" in the policy${didYouMean(keyName, names, entryNamed(keyName, names))}`,
    );
  }
  const invalid = whyInvalid(key, now);
  if (invalid !== undefined) return refused(invalid);
  const found = findModelOrOpened(program, named);
  if (found === undefined) {
    const names = program.models.listed.map(({ name }) => name);
    return refused(`no Model has the name or alias "${named}" (404)${didYouMean(named, names)}`);
  }
  const { model, onlyProvider } = found;
  if (model.name !== named) steps.push(`"${named}" means the Model "${model.name}"`);
  if (onlyProvider !== '') steps.push(`the prefix keeps the chain to the provider "${onlyProvider}"`);
  if (!mayUse(key, model.name)) return refused(`the key may not use "${model.name}" (403)`);
  const request: ObservedRequest = { observedHeader: (name) => headers[name] };
  const route = isUnlisted(program, model)
    ? program.routes.findOpen(key.name, model.name, request)
    : program.routes.find(key.name, model.name, request);
  if (route === undefined) return refused(whyNoRoute(program, model));
  steps.push(whichRoute(route));
  const listeners = gateway?.routes.find(({ id }) => id === route.id)?.match.listeners;
  if (listeners !== undefined && headers[listenerHeader] === undefined) {
    steps.push(`it answers what comes by listener ${listeners.join(' or ')}; --listener asks for another one`);
  }
  if (route.closedBy !== '') {
    return refused(`${route.closedBy} guards this model and cannot be enforced as it is written (503)`);
  }
  if (route.isPrivateOnly) steps.push('every target is private: the request never reaches a public provider');
  const targets = explainTargets(program, route, onlyProvider);
  const facts = factsOf(key, model.name, route, undefined, headers);
  const applying = applyingTo(program, facts);
  const usable = route.targets.filter((_, index) => targets[index]?.isIn === true);
  const hindrance =
    usable.length === 0 ? 'no target of the chain is usable (503)' : whyHeldBack(program, applying, model.name, usable);
  return {
    key: keyName,
    model: named,
    outcome: hindrance === undefined ? 'served' : 'refused',
    reason: hindrance ?? (apisOf(targets).length > 1 ? inThisOrderByApi : inThisOrder),
    steps,
    filters: filters.lines,
    targets,
    decisions: gateway ? explainDecisions(gateway, route.id, key.name, headers[listenerHeader]) : [],
    policy: explainInlinePolicy({ program, gateway }, { facts, route }, applying, now),
  };
}

/** The APIs in which the request can be made; a fallback never leads from the one to the other. */
export function apisOf(targets: readonly ExplainedTarget[]): readonly (Dialect | undefined)[] {
  return [...new Set(targets.filter(({ isIn }) => isIn).map(({ api }) => api))];
}

/** Keys that stand in Secrets are called by them: `Secret/clients/alice`. */
function entryNamed(name: string, names: readonly string[]): string | undefined {
  return names.find((each) => each.endsWith(`/${name}`));
}

function didYouMean(word: string, names: readonly string[], near = suggest(word, names)): string {
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** What is asked for like a header, and is none. */
const asked: Readonly<Record<string, { readonly what: string; readonly flag: string }>> = {
  ':authority': { what: 'the host', flag: '--host' },
  [listenerHeader]: { what: 'the listener', flag: '--listener' },
};

function whyNoRoute(program: Program, { name, isOpen }: Model): string {
  if (!isOpen) return `no chain answers "${name}" (503)`;
  const looked = program.routes.observedHeaders.map((header) => asked[header] ?? { what: header, flag: '--header' });
  const flags = [...new Set(looked.map(({ flag }) => flag))].join(' and ');
  const more =
    looked.length === 0 ? '' : `; routes look at ${looked.map(({ what }) => what).join(', ')}, too: say ${flags}`;
  return `no route matches "${name}"${more} (404)`;
}

function whichRoute({ id, name }: Route): string {
  if (id.startsWith('key/')) return `the key's own chain answers (${id})`;
  if (id.startsWith('route/')) return `AIGatewayRoute ${name} answers (${id})`;
  return `the model's chain answers (${id})`;
}

function whyInvalid(key: Key, now: number): string | undefined {
  if (!key.isEnabled) return 'the key is disabled (401)';
  if (key.expiresAtMs <= now) return `the key expired at ${new Date(key.expiresAtMs).toISOString()} (401)`;
  return undefined;
}

function explainTargets(program: Program, route: Route, onlyProvider: string): ExplainedTarget[] {
  const judged = route.targets.map((target) => {
    const provider = program.providers.get(target.provider);
    return { target, provider, out: whyOut(target.provider, provider, route, onlyProvider) };
  });
  return judged.map(({ target, provider, out }): ExplainedTarget => {
    const equals = judged.filter(
      (each) =>
        each.out === undefined &&
        each.target.priority === target.priority &&
        each.provider?.dialect === provider?.dialect,
    );
    const total = equals.reduce((sum, each) => sum + each.target.weight, 0);
    return {
      provider: target.provider,
      model: target.model || 'as asked for',
      ...(provider && { api: provider.dialect }),
      priority: target.priority,
      share: out === undefined ? target.weight / total : 0,
      isIn: out === undefined,
      reason: out ?? describe(provider),
    };
  });
}

function whyOut(name: string, provider: Provider | undefined, route: Route, onlyProvider: string): string | undefined {
  if (onlyProvider !== '' && name !== onlyProvider) return `the request names the provider "${onlyProvider}"`;
  if (provider === undefined) return 'there is no such Provider, or it is not usable';
  if (route.isPrivateOnly && !provider.isPrivate) return 'public, and the chain is private';
  return undefined;
}

function describe(provider: Provider | undefined): string {
  if (provider === undefined) return '';
  const network = provider.isPrivate ? 'private' : 'public';
  return `${network}, answers requests in the ${apiNames[provider.dialect]}`;
}
