import {
  type Route as Message,
  RouteSchema,
  type Target as TargetMessage,
} from '../../gen/sluice/program/v1/program_pb.js';
import { ok } from '../../lib/result.ts';
import { compileNames, isGlob, type NameMatcher } from '../glob.ts';
import { hash32 } from '../hash32.ts';
import type { Route, Target } from '../program.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';

export const routeSchema = RouteSchema;

export interface CompiledRoute extends Route {
  /** Empty: every key. */
  readonly key: string;
  readonly exactModels: readonly string[];
  /** Undefined: no pattern among the models. */
  readonly pattern: NameMatcher | undefined;
}

export function compileRoute(message: Message): Compiled<CompiledRoute> {
  const { id, models, profile } = message;
  const affinityHeader = message.affinityHeader.toLowerCase();
  if (id === '') return refused('id is missing');
  const profileFault = profile === '' ? 'profile is missing' : headerFault('x', profile);
  if (profileFault !== undefined) return refused(profileFault);
  const affinityFault = affinityHeader === '' ? undefined : headerFault(affinityHeader);
  if (affinityFault !== undefined) return refused(affinityFault);
  const targets: Target[] = [];
  for (const target of message.targets) {
    if (target.provider === '') return refused('a target has no provider');
    // Drained: it gets nothing.
    if (target.weight > 0) targets.push(compileTarget(target));
  }
  const globs = models.length === 0 ? ['*'] : models.filter(isGlob);
  return ok({
    id,
    key: message.key,
    exactModels: models.filter((model) => !isGlob(model)),
    pattern: globs.length === 0 ? undefined : compileNames(globs),
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
  });
}

function compileTarget({ provider, model, priority, weight, pricing }: TargetMessage): Target {
  return {
    provider,
    model,
    priority,
    weight,
    hash: hash32(`${provider}/${model}`),
    modelEdit: model === '' ? undefined : { name: 'model', json: JSON.stringify(model) },
    ...(pricing !== '' && { pricing }),
  };
}
