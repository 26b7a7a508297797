import type { MessageInitShape } from '@bufbuild/protobuf';
import { guardedRouteContract, programContract } from '../../contract.ts';
import {
  type HeaderMatchSchema,
  RouteSchema,
  type TargetSchema,
  type TokenDemandSchema,
} from '../../gen/sluice/program/v1/program_pb.js';
import { type HeaderMatch, type RetryProfile, type Route, type Target, unlimitedMs } from '../../model/route.ts';
import type { TokenDemand } from '../../model/token-demand.ts';
import { type ProgramResource, resourceOf } from './resource.ts';

/** `profile`: that of the route. Its name says its content, so that a route encoded once is so for good. */
export function routeResource(route: Route, profile: RetryProfile | undefined): ProgramResource {
  const { match } = route;
  return resourceOf(RouteSchema, route.id, route.origins, {
    contract: route.tokens === undefined ? programContract : guardedRouteContract,
    id: route.id,
    name: route.name ?? '',
    key: match.key ?? '',
    models: [...match.models],
    modelPatterns: [...(match.modelPatterns ?? [])],
    opensModels: match.opensModels ?? false,
    hostnames: [...(match.hostnames ?? [])],
    listeners: [...(match.listeners ?? [])],
    headers: (match.headers ?? []).map(encodeHeader),
    targets: route.targets.map(encodeTarget),
    profile: route.profile,
    affinityHeader: route.affinityHeader ?? '',
    isPrivateOnly: route.isPrivateOnly,
    coolDown: { ...route.coolDown },
    watchBody: route.watchBody,
    firstTokenTimeoutMs: route.firstTokenTimeoutMs ?? 0,
    mostAttempts: route.attempts?.most ?? 0,
    attemptsPerPriority: route.attempts?.perPriority ?? 0,
    // A pause is time as well.
    attemptTimeoutMs: profile?.backOff === undefined && canFallBack(route) ? (profile?.attemptTimeoutMs ?? 0) : 0,
    idleTimeoutMs: silenceToWatch(route, profile),
    closedBy: route.closedBy ?? '',
    precedence: route.precedence ?? '',
    ...(route.tokens && { tokens: encodeTokens(route.tokens) }),
  });
}

/** Envoy's one clock for silence runs before the headers, too, and falls to the one for headers: docs/design/retry-profiles.md. */
function silenceToWatch({ firstTokenTimeoutMs }: Route, profile: RetryProfile | undefined): number {
  if (profile === undefined) return 0;
  const { idleTimeoutMs, attemptTimeoutMs, requestTimeoutMs = unlimitedMs } = profile;
  if (idleTimeoutMs >= requestTimeoutMs) return 0;
  return idleTimeoutMs === attemptTimeoutMs && firstTokenTimeoutMs === undefined ? 0 : idleTimeoutMs;
}

function canFallBack({ targets, attempts }: Route): boolean {
  return targets.length > 1 || attempts !== undefined;
}

function encodeHeader(match: HeaderMatch): MessageInitShape<typeof HeaderMatchSchema> {
  if (match.kind === 'present') return { name: match.name, value: { case: 'present', value: true } };
  return { name: match.name, value: { case: match.kind, value: match.value } };
}

function encodeTokens({ filter, issuers, isOptional }: TokenDemand): MessageInitShape<typeof TokenDemandSchema> {
  return { filter, issuers: issuers.map(({ claims }) => ({ claims: [...claims] })), isOptional };
}

function encodeTarget({ changes, ...target }: Target): MessageInitShape<typeof TargetSchema> {
  return {
    ...target,
    model: target.model ?? '',
    pricing: target.pricing ?? '',
    ...(changes && {
      setHeaders: [...changes.setHeaders],
      addHeaders: [...changes.addHeaders],
      removeHeaders: [...changes.removeHeaders],
      setBody: [...changes.setBody],
      removeBody: [...changes.removeBody],
    }),
  };
}
