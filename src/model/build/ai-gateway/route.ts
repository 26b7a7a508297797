import { qualifiedName } from '../../../policy/document-id.ts';
import type { Decision } from '../../decision.ts';
import type { LogicalModel } from '../../logical-model.ts';
import type { RetryProfile, Route } from '../../route.ts';
import type { AiRouteDocument } from '../documents.ts';
import { precedenceOf } from '../older-first.ts';
import { defaultRetry, processorRules } from '../route.ts';
import { ruleMatches } from './match.ts';
import type { BuiltRetry } from './retry.ts';
import { type ResolvedRef, targetsOf } from './targets.ts';

/** A rule with everything that it refers to. */
export interface ResolvedRule {
  readonly refs: readonly ResolvedRef[];
  readonly retry: BuiltRetry;
  readonly decisions: readonly Decision[];
  /** What scopes call it. */
  readonly name: string;
}

export interface BuiltAiRoute {
  readonly routes: readonly Route[];
  /** The same, rule by rule. */
  readonly ofRules: readonly (readonly Route[])[];
  readonly models: readonly LogicalModel[];
  readonly profiles: readonly RetryProfile[];
}

/** Where on a Gateway a route answers. Empty hostnames: on every host; absent listeners: whatever a request comes by. */
export interface RoutePlace {
  readonly hostnames: readonly string[];
  readonly listeners?: readonly string[];
  /** What is put behind ids, where a document has several routes on the Gateway for one rule. */
  readonly part?: string;
}

/** One AIGatewayRoute as it is on one Gateway. */
export function buildAiRoute(
  document: AiRouteDocument,
  place: RoutePlace,
  rules: readonly ResolvedRule[],
): BuiltAiRoute {
  const perRule = rules.map((rule, index) => buildRule(document, index, place, rule));
  const ofRules = perRule.map(({ routes }) => routes);
  return {
    routes: ofRules.flat(),
    ofRules,
    models: uniqueModels(perRule.flatMap(({ models }) => models)),
    profiles: rules.map(({ retry }) => retry.profile),
  };
}

function buildRule(
  document: AiRouteDocument,
  index: number,
  { hostnames, listeners, part = '' }: RoutePlace,
  { refs, retry, decisions, name: scopeName }: ResolvedRule,
): { readonly routes: readonly Route[]; readonly models: readonly LogicalModel[] } {
  const name = qualifiedName(document.namespace, document.name);
  const rule = document.spec.rules[index];
  if (rule === undefined) return { routes: [], models: [] };
  const targets = targetsOf(refs);
  const served = refs.filter(({ provider }) => provider.isUnserved !== true);
  const origins = [document.id];
  const routes = ruleMatches(rule.matches).map(
    (match, position): Route => ({
      // In the order in which they are written, also beyond the ninth.
      id: `route/${name}/${padded(index)}/${padded(position)}${part && `@${part}`}`,
      name: scopeName,
      match: {
        models: match.models,
        ...(match.modelPatterns.length > 0 && { modelPatterns: match.modelPatterns }),
        opensModels: true,
        ...(hostnames.length > 0 && { hostnames }),
        ...(listeners && { listeners }),
        ...(match.headers.length > 0 && { headers: match.headers }),
      },
      precedence: precedenceOf(document),
      targets,
      profile: retry.profile.name,
      ...processorRules(defaultRetry),
      ...(retry.attempts && { attempts: retry.attempts }),
      isPrivateOnly: targets.length > 0 && served.every(({ provider }) => provider.isPrivate),
      ...(decisions.length > 0 && { decisions }),
      origins,
    }),
  );
  const models = routes
    .flatMap(({ match }) => match.models)
    .map(
      (model): LogicalModel => ({
        name: model,
        aliases: [],
        isListed: !rule.excludeFromModelsEndpoint,
        isOpen: true,
        ownedBy: rule.modelsOwnedBy,
        ...(rule.modelsCreatedAt !== undefined && { createdAtMs: rule.modelsCreatedAt }),
        origins,
      }),
    );
  return { routes, models };
}

/** The first rule that names a model says whose it is, and the first that lists it where one does. */
export function uniqueModels(models: readonly LogicalModel[]): readonly LogicalModel[] {
  const byName = new Map<string, LogicalModel>();
  for (const model of models) {
    const known = byName.get(model.name);
    if (known === undefined || (model.isListed && !known.isListed)) byName.set(model.name, model);
  }
  return [...byName.values()];
}

function padded(index: number): string {
  return String(index).padStart(3, '0');
}
