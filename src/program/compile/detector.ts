import {
  type EntityDetector,
  type EntityOptions as OptionsMessage,
  type GuardRule as RuleMessage,
  Sensitivity,
  type Threshold,
} from '../../gen/sluice/program/v1/program_pb.js';
import type { EntityOptions } from '../../guard/entity.ts';
import type { DetectorSpec, LocalSpec, RemoteSpec } from '../../guard/rule.ts';
import { ok } from '../../lib/result.ts';
import { type Compiled, headerFault, refused } from './refusal.ts';

const sensitivities: { readonly [S in Sensitivity]: 'low' | 'medium' | 'high' | undefined } = {
  [Sensitivity.UNSPECIFIED]: undefined,
  [Sensitivity.LOW]: 'low',
  [Sensitivity.MEDIUM]: 'medium',
  [Sensitivity.HIGH]: 'high',
};

export function compileDetector({ detector, remote }: RuleMessage): Compiled<DetectorSpec> {
  const local = compileLocal(detector);
  if (local !== undefined) return local;
  if (remote === undefined || remote.timeoutMs === 0) return refused('it has no time budget');
  if (remote.mostConcurrent === 0) return refused('it may not ask at all');
  return compileRemote(detector);
}

type Message = RuleMessage['detector'];

function compileLocal(message: Message): Compiled<LocalSpec> | undefined {
  switch (message.case) {
    case 'keywords': {
      const { words } = message.value;
      return words.length === 0 ? refused('it has no keywords') : ok({ kind: 'keywords', words });
    }
    case 'regex': {
      const { pattern, isCaseInsensitive } = message.value;
      return pattern === '' ? refused('it has no pattern') : ok({ kind: 'regex', pattern, isCaseInsensitive });
    }
    case 'pii':
    case 'secrets':
      return ok(entityDetector(message.case, message.value));
    case 'injection': {
      const sensitivity = sensitivities[message.value.sensitivity];
      if (sensitivity === undefined) return refused('its sensitivity is not known to this processor');
      const { threshold } = message.value;
      return ok({ kind: 'injection', sensitivity, threshold: threshold === 0 ? undefined : threshold / 1000 });
    }
    default:
      return undefined;
  }
}

function entityDetector(kind: 'pii' | 'secrets', message: EntityDetector): LocalSpec {
  const { entities, except, minScore, options } = message;
  return {
    kind,
    entities: entities.length === 0 ? undefined : entities,
    except,
    minScore: minScore / 1000,
    options: new Map(options.map((each) => [each.entity, optionsOf(each)])),
  };
}

function optionsOf({ minScore, allow, deny, contextWords }: OptionsMessage): EntityOptions {
  return { minScore: minScore === undefined ? undefined : minScore / 1000, allow, deny, contextWords };
}

function compileRemote(message: Message): Compiled<RemoteSpec> {
  switch (message.case) {
    case 'azureContentSafety': {
      const { endpoint, apiKey, thresholds, blocklists, haltOnBlocklistHit, promptShield } = message.value;
      if (!isHttp(endpoint)) return refused('its endpoint is not a URL');
      return ok({
        kind: 'azureContentSafety',
        endpoint,
        apiKey,
        thresholds: new Map(thresholds.map(({ category, value }) => [category, value])),
        blocklists,
        haltOnBlocklistHit,
        promptShield,
      });
    }
    case 'openaiModeration': {
      const { endpoint, apiKey, model, thresholds, categories } = message.value;
      if (!isHttp(endpoint)) return refused('its endpoint is not a URL');
      return ok({
        kind: 'openaiModeration',
        endpoint,
        apiKey,
        model,
        thresholds: scoresOf(thresholds),
        categories: categories.length === 0 ? undefined : new Set(categories),
      });
    }
    case 'bedrockGuardrail': {
      const { $typeName: _type, $unknown: _unknown, ...value } = message.value;
      if (!isHttp(value.endpoint)) return refused('its endpoint is not a URL');
      return ok({ kind: 'bedrockGuardrail', ...value });
    }
    case 'webhook': {
      const { url, credentialHeader, credentialPrefix, credential, ca } = message.value;
      if (!isHttp(url)) return refused('its url is not a URL');
      const headers: string[] = [];
      for (const { name, value } of message.value.headers) {
        const fault = headerFault(name.toLowerCase(), value);
        if (fault !== undefined) return refused(fault);
        headers.push(name.toLowerCase(), value);
      }
      const fault = credentialHeader === '' ? undefined : headerFault(credentialHeader, credentialPrefix);
      if (fault !== undefined) return refused(fault);
      return ok({ kind: 'webhook', url, headers, credentialHeader, credentialPrefix, credential, ca });
    }
    default:
      return refused('its detector is not known to this processor');
  }
}

function scoresOf(thresholds: readonly Threshold[]): ReadonlyMap<string, number> {
  return new Map(thresholds.map(({ category, value }) => [category, value / 1000]));
}

function isHttp(url: string): boolean {
  return /^https?:\/\//.test(url) && URL.canParse(url);
}
