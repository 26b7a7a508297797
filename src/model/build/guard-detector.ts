import { sortedBy } from '../../lib/sort.ts';
import type { EntityDetectorSpec } from '../../policy/entity-detector.ts';
import type { RuleSpec } from '../../policy/guardrail.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import type { GuardDetector, Threshold } from '../guardrail.ts';

/** Keeps the secret and gives back the name under which it is kept. */
export type KeepSecret = (path: string, source: SecretSource, name: string) => string;

export function buildDetector(
  guardrail: string,
  rule: RuleSpec,
  path: string,
  keep: KeepSecret,
): GuardDetector | undefined {
  const here = `${path}.${rule.detector}`;
  const secret = (field: string, source: SecretSource, part: string): string =>
    keep(`${here}.${field}`, source, `guardrail/${guardrail}/${rule.name}/${part}`);
  return localDetector(rule) ?? serviceDetector(rule, secret);
}

export function isRemote({ kind }: GuardDetector): boolean {
  return kind.startsWith('azure') || kind.startsWith('openai') || kind.startsWith('bedrock') || kind === 'webhook';
}

function localDetector({ keywords, regex, pii, secrets, injection }: RuleSpec): GuardDetector | undefined {
  if (keywords !== undefined) return { kind: 'keywords', words: [...new Set(keywords)] };
  if (regex !== undefined) {
    return { kind: 'regex', pattern: regex.pattern, isCaseInsensitive: regex.caseInsensitive };
  }
  if (pii !== undefined) return entityDetector('pii', pii);
  if (secrets !== undefined) return entityDetector('secrets', secrets);
  if (injection === undefined) return undefined;
  const { sensitivity, threshold } = injection;
  return { kind: 'injection', sensitivity, ...(threshold !== undefined && { threshold }) };
}

function entityDetector(kind: 'pii' | 'secrets', spec: EntityDetectorSpec): GuardDetector {
  return {
    kind,
    entities: [...(spec.entities ?? [])].sort(),
    except: [...spec.except].sort(),
    minScore: spec.minScore,
    options: sortedBy(
      Object.entries(spec.overrides).map(([entity, own]) => ({
        entity,
        ...(own.minScore !== undefined && { minScore: own.minScore }),
        allow: own.allow,
        deny: own.deny,
        contextWords: own.context,
      })),
      ({ entity }) => entity,
    ),
  };
}

function serviceDetector(
  { azureContentSafety: azure, openaiModeration: openai, bedrockGuardrail: bedrock, webhook }: RuleSpec,
  secret: (field: string, source: SecretSource, part: string) => string,
): GuardDetector | undefined {
  if (azure !== undefined) {
    return {
      kind: 'azureContentSafety',
      endpoint: azure.endpoint.url,
      apiKey: secret('credential.apiKey', azure.credential.apiKey, 'api-key'),
      thresholds: thresholdsOf(azure.thresholds),
      blocklists: [...azure.blocklists].sort(),
      haltOnBlocklistHit: azure.haltOnBlocklistHit,
      promptShield: azure.promptShield,
    };
  }
  if (openai !== undefined) {
    return {
      kind: 'openaiModeration',
      endpoint: openai.endpoint.url,
      apiKey: secret('credential.apiKey', openai.credential.apiKey, 'api-key'),
      model: openai.model,
      thresholds: thresholdsOf(openai.thresholds),
      categories: [...(openai.categories ?? [])].sort(),
    };
  }
  if (bedrock !== undefined) {
    const { accessKeyId, secretAccessKey, sessionToken } = bedrock.credential.aws;
    return {
      kind: 'bedrockGuardrail',
      endpoint: bedrock.endpoint?.url ?? `https://bedrock-runtime.${bedrock.region}.amazonaws.com`,
      region: bedrock.region,
      guardrailId: bedrock.guardrailId,
      guardrailVersion: bedrock.version,
      accessKeyId: secret('credential.aws.accessKeyId', accessKeyId, 'access-key-id'),
      secretAccessKey: secret('credential.aws.secretAccessKey', secretAccessKey, 'secret-access-key'),
      sessionToken:
        sessionToken === undefined ? '' : secret('credential.aws.sessionToken', sessionToken, 'session-token'),
    };
  }
  if (webhook === undefined) return undefined;
  const { credential, ca } = webhook;
  return {
    kind: 'webhook',
    url: webhook.url.url,
    headers: sortedBy(
      Object.entries(webhook.headers).map(([name, value]) => ({ name, value })),
      ({ name }) => name,
    ),
    credentialHeader: credential?.header ?? '',
    credentialPrefix: credential?.prefix ?? '',
    credential: credential === undefined ? '' : secret('credential.apiKey', credential.apiKey, 'credential'),
    ca: ca === undefined ? '' : secret('ca', ca, 'ca'),
  };
}

function thresholdsOf(thresholds: { readonly [category: string]: number }): Threshold[] {
  return sortedBy(
    Object.entries(thresholds).map(([category, value]) => ({ category, value })),
    ({ category }) => category,
  );
}
