import { sortedBy, sortedByName } from '../../../lib/sort.ts';
import type { PolicyDocument } from '../../../policy/document.ts';
import { decided, type PolicyLevel } from '../../decision.ts';
import type { OwnFilter } from '../../own-filter.ts';
import type { ServiceBackend } from '../../service.ts';
import { mergedTraffic, saidOf, trafficDecisions } from '../ai-gateway/rule-policy.ts';
import { type AttachedPolicies, attachPolicies, type PolicySubject } from '../attached-policies.ts';
import type { Attachment } from '../attachment.ts';
import type { BackendDocuments } from '../backend/service.ts';
import type { BuildContext } from '../context.ts';
import type { BackendTrafficDocument, SecurityDocument } from '../documents.ts';
import type { ListedFilters } from '../extensions/index.ts';
import type { AttachedTo, GatewayLike, RouteLike } from '../gateway-api/attach.ts';
import type { RulePoliciesOf } from '../gateway-api/rule-policies.ts';
import { ofKind } from '../of-kind.ts';
import type { BuiltFilters } from '../own-filters/built-filters.ts';
import { type LeveledPolicy, mergePolicies } from '../policy-levels.ts';
import { sayBarriers } from './barriers.ts';
import { type Choice, type ChosenFilters, chosenFilters, type LeveledFilters } from './chosen-filters.ts';
import { filterBuilder } from './filter-fields.ts';
import { corsText, serviceCors } from './service-cors.ts';
import { serviceTraffic } from './service-traffic.ts';
import { sayUnservedTraffic } from './services-only.ts';
import { refuseAiRoutes } from './unserved.ts';

/** What other parts of the build have attached already. */
export interface AttachedElsewhere {
  readonly security: AttachedPolicies<SecurityDocument>;
  readonly traffic: AttachedPolicies<BackendTrafficDocument>;
  /** Those of GatewayPolicies, which nothing that is closer takes off. */
  readonly listed: ListedFilters;
}

/** What policies of Envoy Gateway mean beside models: filters, and how ordinary services are served. */
export interface EnvoyGatewayPolicies {
  /** What all requests by a listener meet. Keys of models are the processor's to check: Envoy needs none without services. */
  onListener(gateway: string, listener: string, hasServices: boolean): Choice;
  readonly rules: RulePoliciesOf;
  /** The tokens that a policy wants of all who call a rule of a route for models; undefined: none. */
  tokensOf(route: RouteLike, rule: string | undefined): WantedTokens | undefined;
  /** A gateway has them looked at. */
  chooseTokens(gateway: string, tokens: BuiltFilters): void;
  /** What has been chosen on a gateway so far, by its name in the model. */
  chosenOn(gateway: string): {
    readonly filters: readonly OwnFilter[];
    readonly backends: readonly ServiceBackend[];
  };
  readonly attachments: readonly Attachment[];
}

export interface WantedTokens {
  readonly policy: SecurityDocument;
  readonly built: BuiltFilters;
}

export function envoyGatewayPolicies(
  documents: readonly PolicyDocument[],
  gateways: ReadonlyMap<string, GatewayLike>,
  known: BackendDocuments,
  { security, traffic, listed }: AttachedElsewhere,
  context: BuildContext,
): EnvoyGatewayPolicies {
  const policies = ofKind(documents, 'EnvoyExtensionPolicy');
  const extensions = attachPolicies(policies, documents, context);
  refuseAiRoutes(documents, context);
  sayBarriers(documents, context);
  const builder = filterBuilder(known, context);
  const chosen = new Map<string, ChosenFilters>();
  const chosenFor = (name: string): ChosenFilters => {
    const known = chosen.get(name) ?? chosenFilters(gateways.get(name), context);
    chosen.set(name, known);
    return known;
  };
  const at = (level: PolicyLevel, subject: PolicySubject, section?: string): readonly LeveledFilters[] => {
    const extension = extensions.of(subject, section);
    const guard = security.of(subject, section);
    return [
      ...(extension ? [leveled(level, extension, builder.ofExtension(extension))] : []),
      ...(guard ? [leveled(level, guard, builder.ofSecurity(guard))] : []),
    ];
  };

  const rules: RulePoliciesOf = {
    apart(to) {
      const gateway = gateways.get(to.gateway);
      if (gateway === undefined) return [to];
      const subject = subjectOf('Gateway', gateway);
      const parts = traffic.apart(subject, to.listeners).flatMap((part) => security.apart(subject, part));
      return parts.map((listeners) => ({ ...to, listeners }));
    },
    of(route, rule, to) {
      const subject = subjectOf('route', route);
      const named = rule.name === undefined ? [] : [rule.name];
      const own = [...at('route', subject), ...named.flatMap((name) => at('rule', subject, name))];
      const { filters, decisions } = chosenFor(to.gateway).choose(own);
      const place = {
        ...placeOf(route, to, gateways.get(to.gateway)),
        ...(rule.name !== undefined && { rule: rule.name }),
      };
      const trafficPolicies = traffic.at(place);
      sayUnservedTraffic(trafficPolicies, context);
      const merged = mergedTraffic(trafficPolicies);
      const cors = mergedCors(security.at(place));
      const origins = [...own, ...trafficPolicies].map(({ origin }) => origin);
      return {
        ...serviceTraffic(merged),
        ...(filters && { filters }),
        ...(cors.spec.cors && { cors: serviceCors(cors.spec.cors) }),
        origins,
        decisions: (said) => [
          ...decided('cors', [...said.cors, ...saidOf(cors.said.cors, 'cors', corsText)]),
          ...decisions,
          ...trafficDecisions(route.id, said, merged).filter(({ field }) => field !== 'rateLimit'),
        ],
      };
    },
  };

  return {
    attachments: [...extensions.attachments, ...security.attachments, ...traffic.attachments],
    onListener(name, listener, hasServices) {
      const gateway = gateways.get(name);
      // Nobody wrote the one that a folder without any has, so no policy names it.
      const subject = gateway && subjectOf('Gateway', gateway);
      const all = subject ? [...at('gateway', subject), ...at('listener', subject, listener)] : [];
      const choice = chosenFor(name).choose(hasServices ? all : all.map(withoutKeys));
      const ofGateway = listed.get(name);
      if (ofGateway === undefined) return choice;
      return { ...choice, filters: { ...choice.filters, listed: chosenFor(name).add(ofGateway) } };
    },
    rules,
    tokensOf(route, rule) {
      const subject = subjectOf('route', route);
      const all = [...(rule === undefined ? [] : [security.of(subject, rule)]), security.of(subject)];
      const policy = all.find((one) => one?.spec.jwt !== undefined);
      const built = policy && builder.ofSecurity(policy).tokens?.();
      return built && { policy, built };
    },
    chooseTokens(name, tokens) {
      chosenFor(name).add(tokens);
    },
    chosenOn(name) {
      const { filters, backends } = chosenFor(name);
      return {
        filters: sortedByName(filters.values()),
        backends: sortedBy(backends.values(), ({ cluster }) => cluster),
      };
    },
  };
}

function withoutKeys(policy: LeveledFilters): LeveledFilters {
  const { keys: _, ...spec } = policy.spec;
  return { ...policy, spec };
}

function leveled(level: PolicyLevel, document: PolicyDocument, spec: LeveledFilters['spec']): LeveledFilters {
  return { level, origin: document.id, document, spec };
}

function mergedCors(policies: readonly LeveledPolicy<SecurityDocument>[]) {
  return mergePolicies(
    policies.map(({ level, origin, spec: { spec } }) => ({ level, origin, spec: { cors: spec.cors } })),
  );
}

function placeOf(route: RouteLike, to: AttachedTo, gateway: GatewayLike | undefined) {
  return {
    gateway: gateway ? subjectOf('Gateway', gateway) : { kind: 'Gateway' as const, namespace: '', name: to.gateway },
    listeners: to.listeners.map(({ name }) => name),
    route: subjectOf('route', route),
  };
}

function subjectOf(
  kind: PolicySubject['kind'],
  { namespace, name }: { readonly namespace: string; readonly name: string },
): PolicySubject {
  return { kind, namespace, name };
}
