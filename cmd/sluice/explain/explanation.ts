import { findModelOrOpened } from '../../../src/extproc/stages/resolve/find-model.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import {
  type Dialect,
  isUnlisted,
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
import { callerOf } from './caller.ts';
import { type DecidedGateway, type ExplainedDecision, explainDecisions } from './decisions.ts';
import { whyNotLetIn } from './entrance.ts';
import { explainFilters, noFilters } from './filters.ts';
import { explainInlinePolicy, factsOf, type InlinePolicy, noInlinePolicy } from './inline-policy.ts';
import { type Refusal, refusal } from './refusal.ts';

export const apiNames = { openai: 'OpenAI API', anthropic: 'Anthropic API' } as const;

const inThisOrder = 'the targets are tried in this order';
const inThisOrderByApi = 'each API has a chain of its own, whose targets are tried in this order';

/** What a request with this key for this model would meet. */
export interface Explanation extends Partial<Refusal> {
  /** Absent: the request shows none. */
  readonly key?: string;
  /** As asked for; absent: the request names none. */
  readonly model?: string;
  /** `refused`: the caller gets an error, `reason` is why, and `status` and `code` are which. */
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
  /** Name of the ApiKey; absent: the request shows no key. */
  readonly key?: string;
  /** Absent: the body names none, or cannot be read. */
  readonly model?: string;
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
  const question = {
    ...(keyName !== undefined && { key: keyName }),
    ...(named !== undefined && { model: named }),
  };
  const decisions = (routeId?: string, key?: string): Explanation['decisions'] =>
    gateway ? explainDecisions(gateway, { routeId, key, listener: headers[listenerHeader] }) : [];
  const refused = (why: Refusal, routeId?: string): Explanation => ({
    ...question,
    outcome: 'refused',
    ...why,
    steps,
    filters: filters.lines,
    targets: [],
    decisions: decisions(routeId, keyName),
    policy: noInlinePolicy,
  });
  const shut = gateway && whyNotLetIn(gateway.listeners, headers);
  if (shut !== undefined) return refused(shut);
  if (filters.isClosed) return refused({ reason: 'a filter that is asked for cannot be had (500)', status: 500 });
  const caller = callerOf(program, keyName, now);
  if (!caller.ok) return refused(caller.error);
  const key = caller.value;
  if (keyName === undefined) steps.push(`without a key it counts as the ApiKey "${key.name}"`);
  if (named === undefined) {
    steps.push('a body that is no JSON object is refused in the same way (malformed_body)');
    return refused(refusal('missing_model', 'the request names no model'));
  }
  const found = findModelOrOpened(program, named);
  if (found === undefined) {
    const names = program.models.listed.map(({ name }) => name);
    return refused(
      refusal('model_not_found', `no Model has the name or alias "${named}"`, didYouMean(suggest(named, names))),
    );
  }
  const { model, onlyProvider } = found;
  if (model.name !== named) steps.push(`"${named}" means the Model "${model.name}"`);
  if (onlyProvider !== '') steps.push(`the prefix keeps the chain to the provider "${onlyProvider}"`);
  if (!mayUse(key, model.name)) return refused(refusal('model_not_allowed', `the key may not use "${model.name}"`));
  const request: ObservedRequest = { observedHeader: (name) => headers[name] };
  const route = isUnlisted(program, model)
    ? program.routes.findOpen(key.name, model.name, request)
    : program.routes.find(key.name, model.name, request);
  if (route === undefined) return refused(whyNoRoute(program, model));
  steps.push(whichRoute(route));
  const { match, tokens } = gateway?.routes.find(({ id }) => id === route.id) ?? {};
  if (match?.listeners !== undefined && headers[listenerHeader] === undefined) {
    steps.push(`it answers what comes by listener ${match.listeners.join(' or ')}; --listener asks for another one`);
  }
  if (tokens !== undefined) {
    const without = tokens.isOptional ? 'a wrong one is refused' : 'without one the request is refused';
    steps.push(`${tokens.filter} checks the token for this route: ${without} (401)`);
  }
  if (route.closedBy !== '') {
    const why = `${route.closedBy} guards this model and cannot be enforced as it is written`;
    return refused(refusal('route_closed', why), route.id);
  }
  if (route.isPrivateOnly) steps.push('every target is private: the request never reaches a public provider');
  const targets = explainTargets(program, route, onlyProvider);
  const facts = factsOf(key, model.name, route, undefined, headers);
  const applying = applyingTo(program, facts);
  const usable = route.targets.filter((_, index) => targets[index]?.isIn === true);
  const hindrance =
    usable.length === 0
      ? refusal('no_target', 'no target of the chain is usable')
      : whyHeldBack(program, applying, model.name, usable);
  return {
    ...question,
    outcome: hindrance === undefined ? 'served' : 'refused',
    reason: apisOf(targets).length > 1 ? inThisOrderByApi : inThisOrder,
    ...hindrance,
    steps,
    filters: filters.lines,
    targets,
    decisions: decisions(route.id, key.name),
    policy: explainInlinePolicy({ program, gateway }, { facts, route }, applying, now),
  };
}

/** The APIs in which the request can be made; a fallback never leads from the one to the other. */
export function apisOf(targets: readonly ExplainedTarget[]): readonly (Dialect | undefined)[] {
  return [...new Set(targets.filter(({ isIn }) => isIn).map(({ api }) => api))];
}

function didYouMean(near: string | undefined): string {
  return near === undefined ? '' : `; did you mean ${near}?`;
}

/** What is asked for like a header, and is none. */
const asked: Readonly<Record<string, { readonly what: string; readonly flag: string }>> = {
  ':authority': { what: 'the host', flag: '--host' },
  [listenerHeader]: { what: 'the listener', flag: '--listener' },
};

function whyNoRoute(program: Program, { name, isOpen }: Model): Refusal {
  if (!isOpen) return refusal('no_target', `no chain answers "${name}"`);
  const looked = program.routes.observedHeaders.map((header) => asked[header] ?? { what: header, flag: '--header' });
  const flags = [...new Set(looked.map(({ flag }) => flag))].join(' and ');
  const more =
    looked.length === 0 ? '' : `; routes look at ${looked.map(({ what }) => what).join(', ')}, too: say ${flags}`;
  return refusal('model_not_found', `no route matches "${name}"${more}`);
}

function whichRoute({ id, name }: Route): string {
  if (id.startsWith('key/')) return `the key's own chain answers (${id})`;
  if (id.startsWith('route/')) return `AIGatewayRoute ${name} answers (${id})`;
  return `the model's chain answers (${id})`;
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
