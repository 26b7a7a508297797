import { guardedRouteContract } from '../../contract.ts';
import {
  type HeaderMatch,
  type Route as Message,
  RouteSchema,
  type Target as TargetMessage,
} from '../../gen/sluice/program/v1/program_pb.js';
import { ok, type Result } from '../../lib/result.ts';
import { rulePartSeparator } from '../../model/route.ts';
import { compileNames, isGlob, type NameMatcher } from '../glob.ts';
import { hash32 } from '../hash32.ts';
import { compilePattern, globPattern } from '../pattern.ts';
import { claimedHeaderName, type Route, type Target } from '../program.ts';
import type { HeaderMatcher } from '../routes/header-matcher.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';
import { compileChanges } from './target-changes.ts';
import { compileTokens } from './token-demand.ts';

export const routeSchema = RouteSchema;

export interface CompiledRoute extends Route {
  /** Empty: every key. */
  readonly key: string;
  readonly exactModels: readonly string[];
  /** Undefined: no pattern among the models. */
  readonly pattern: NameMatcher | undefined;
  /** The same in RE2 syntax, for asking many routes at once. */
  readonly patternTexts: readonly string[];
  readonly isForAnyModel: boolean;
  readonly opensModels: boolean;
  /** Lower case; `*.` wildcards. Empty: every host. */
  readonly hostnames: readonly string[];
  /** Empty: every listener. */
  readonly listeners: readonly string[];
  readonly headers: readonly HeaderMatcher[];
  /** Those of `headers` that tokens say which the route wants; by the name under which they are observed. */
  readonly claimedHeaders: readonly (readonly [name: string, header: string])[];
  /** How many of them demand one value. */
  readonly exactHeaders: number;
  /** The smaller text goes first. */
  readonly precedence: string;
}

export function compileRoute(message: Message): Compiled<CompiledRoute> {
  const { id, key, profile } = message;
  const affinityHeader = message.affinityHeader.toLowerCase();
  if (id === '') return refused('id is missing');
  const profileFault = profile === '' ? 'profile is missing' : headerFault('x', profile);
  if (profileFault !== undefined) return refused(profileFault);
  const affinityFault = affinityHeader === '' ? undefined : headerFault(affinityHeader);
  if (affinityFault !== undefined) return refused(affinityFault);
  const targets: Target[] = [];
  for (const target of message.targets) {
    const compiled = compileTarget(target);
    if (!compiled.ok) return compiled;
    // Drained: it gets nothing.
    if (target.weight > 0) targets.push(compiled.value);
  }
  const models = compileModels(message);
  if (!models.ok) return models;
  const tokens = compileTokens(message.tokens);
  if (!tokens.ok) return tokens;
  if (message.contract === guardedRouteContract && tokens.value === undefined) return refused('tokens are missing');
  const headers: HeaderMatcher[] = [];
  const claimedHeaders: (readonly [string, string])[] = [];
  const said = new Set(tokens.value?.issuers.flatMap((issuer) => issuer.headers.map(({ header }) => header)));
  for (const match of message.headers) {
    const compiled = compileHeader(match);
    if (!compiled.ok) return compiled;
    const header = compiled.value.name;
    const name = said.has(header) ? claimedHeaderName(message.tokens?.filter ?? '', header) : header;
    if (name !== header) claimedHeaders.push([name, header]);
    headers.push({ ...compiled.value, name });
  }
  return ok({
    id,
    name: message.name === '' ? id : message.name,
    nameInCosts: message.name.split(rulePartSeparator, 1)[0] || id,
    key,
    ...models.value,
    opensModels: message.opensModels,
    hostnames: message.hostnames.map((hostname) => hostname.toLowerCase()),
    listeners: message.listeners,
    headers,
    claimedHeaders,
    exactHeaders: headers.filter(({ exact }) => exact !== undefined).length,
    precedence: message.precedence,
    targets: targets.sort((a, b) => a.priority - b.priority),
    profile,
    affinityHeader,
    isPrivateOnly: message.isPrivateOnly,
    coolDown: {
      failures: message.coolDown?.failures ?? 0,
      durationMs: message.coolDown?.durationMs ?? 0,
    },
    watchBody: message.watchBody,
    firstTokenTimeoutMs: message.firstTokenTimeoutMs,
    attemptTimeoutMs: message.attemptTimeoutMs,
    idleTimeoutMs: message.idleTimeoutMs,
    mostAttempts: message.mostAttempts,
    attemptsPerPriority: message.attemptsPerPriority,
    closedBy: message.closedBy,
    tokens: tokens.value,
  });
}

type CompiledModels = Pick<CompiledRoute, 'exactModels' | 'pattern' | 'patternTexts' | 'isForAnyModel'>;

function compileModels({ key, models, modelPatterns }: Message): Result<CompiledModels, string> {
  const isForAll = (models.length === 0 && modelPatterns.length === 0) || models.includes('*');
  const globs = isForAll ? ['*'] : models.filter(isGlob);
  const matchers: NameMatcher[] = globs.length === 0 ? [] : [compileNames(globs)];
  for (const pattern of modelPatterns) {
    const matcher = compilePattern(pattern);
    if (matcher === undefined) return refused(`model pattern "${pattern.slice(0, 60)}" is not RE2`);
    matchers.push(matcher);
  }
  return ok({
    exactModels: models.filter((model) => !isGlob(model)),
    pattern: anyOf(matchers),
    patternTexts: [...globs.map(globPattern), ...modelPatterns],
    // The chains of a key are tried in the order in which they are written, except for exact names.
    isForAnyModel: isForAll && key === '',
  });
}

function anyOf(matchers: readonly NameMatcher[]): NameMatcher | undefined {
  if (matchers.length < 2) return matchers[0];
  return { matches: (name) => matchers.some((matcher) => matcher.matches(name)) };
}

function compileHeader({ name, value }: HeaderMatch): Result<HeaderMatcher, string> {
  const fault = headerFault(name);
  if (fault !== undefined) return refused(fault);
  switch (value.case) {
    case 'exact': {
      const exact = value.value;
      return ok({ name, exact, matches: (text) => text === exact });
    }
    case 'pattern': {
      const matcher = compilePattern(value.value);
      if (matcher === undefined) return refused(`the pattern of header "${name}" is not RE2`);
      return ok({ name, exact: undefined, matches: (text) => matcher.matches(text) });
    }
    case 'present':
      return ok({ name, exact: undefined, matches: () => true });
    default:
      return refused(`header "${name}" is matched in a way that is not known to this processor`);
  }
}

function compileTarget(message: TargetMessage): Result<Target, string> {
  const { provider, model, priority, weight, pricing } = message;
  if (provider === '') return refused('a target has no provider');
  const changes = compileChanges(message);
  if (!changes.ok) return changes;
  return ok({
    provider,
    model,
    priority,
    weight,
    hash: hash32(`${provider}/${model}`),
    modelEdit: model === '' ? undefined : { name: 'model', json: JSON.stringify(model) },
    ...(pricing !== '' && { pricing }),
    changes: changes.value,
  });
}
