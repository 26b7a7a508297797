import { contentVersion } from '../../lib/hash.ts';
import { canonicalJson } from '../../policy/canonical.ts';
import type { GuardrailDocument } from '../../policy/document.ts';
import { qualifiedName } from '../../policy/document-id.ts';
import type { RuleSpec } from '../../policy/guardrail.ts';
import type { RedactionSpec } from '../../policy/redaction.ts';
import { type SecretSource, secretExample } from '../../policy/secret-source.ts';
import type { GuardRule, Guardrail, Redaction } from '../guardrail.ts';
import type { BuildContext } from './context.ts';
import { buildDetector, isRemote } from './guard-detector.ts';
import { memo } from './memo.ts';
import { buildScope } from './scope.ts';

/** What becomes of findings whose style needs the secret of the gateway: where one has none, they are hidden. */
export type KeyedStyles = 'kept' | 'hidden';

/**
 * Whatever is wrong with a secret, the guardrail stays: without it everything would pass. A rule that cannot ask its
 * service follows its failure policy, and a finding that cannot be hashed is hidden.
 */
export function buildGuardrail(
  document: GuardrailDocument,
  keyedStyles: KeyedStyles,
  context: BuildContext,
): Guardrail {
  const { id, spec, hash } = document;
  const name = qualifiedName(document.namespace, document.name);
  const secrets: string[] = [];
  const unresolved: string[] = [];
  const secretOf = (path: string, source: SecretSource, secret: string): string => {
    const value = context.resolve(document, path, source);
    if (value === undefined || value === '') {
      unresolved.push(secret);
      return secret;
    }
    context.keep({ name: secret, kind: 'opaque', value });
    secrets.push(secret);
    return secret;
  };
  const detectors = spec.rules.map((rule, index) => buildDetector(name, rule, `spec.rules[${index}]`, secretOf));
  const isKeyed = keyedStyles === 'kept';
  if (!isKeyed) rejectKeyedStyles(document, context);
  return memo(document, 'guardrail', `${isKeyed};${unresolved.join()}`, () => ({
    name,
    version: contentVersion(canonicalJson([hash, isKeyed])).slice(0, 12),
    scope: buildScope(spec.scope, document.namespace),
    isObserving: spec.mode === 'observe',
    rules: spec.rules.flatMap((rule, index) => {
      const detector = detectors[index];
      return detector === undefined ? [] : [ruleOf(rule, detector, keyedStyles)];
    }),
    secrets: secrets.sort(),
    origins: [id],
  }));
}

function ruleOf(spec: RuleSpec, detector: GuardRule['detector'], keyedStyles: KeyedStyles): GuardRule {
  return {
    name: spec.name,
    onRequest: spec.on.includes('request'),
    onResponse: spec.on.includes('response'),
    roles: [...new Set(spec.roles ?? [])].sort(),
    detector,
    action: spec.action,
    redaction: redactionOf(spec.redaction, keyedStyles),
    entityRedactions: overridesOf(spec).map(([entity, redaction]) => ({
      entity,
      redaction: redactionOf(redaction, keyedStyles),
    })),
    severity: spec.severity,
    ...(spec.message !== undefined && { message: spec.message }),
    streaming: spec.streaming,
    atHoldBackLimit: spec.atHoldBackLimit,
    ...(isRemote(detector) && {
      remote: {
        timeoutMs: spec.timeout ?? 1000,
        onFailure: spec.onFailure ?? 'closed',
        mostConcurrent: spec.concurrency ?? 64,
        cacheMs: spec.cacheFor ?? 60_000,
      },
    }),
  };
}

function redactionOf(spec: RedactionSpec, keyedStyles: KeyedStyles): Redaction {
  if (keyedStyles === 'hidden' && needsSecret(spec)) return { style: 'text', text: '[REDACTED]', keepLast: 0 };
  return { style: spec.style, text: spec.text, keepLast: spec.keepLast };
}

function overridesOf(rule: RuleSpec): (readonly [string, RedactionSpec])[] {
  const overrides = rule.pii?.overrides ?? rule.secrets?.overrides ?? {};
  return Object.entries(overrides)
    .flatMap(([entity, { redaction }]) => (redaction === undefined ? [] : [[entity, redaction] as const]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function needsSecret({ style }: RedactionSpec): boolean {
  return style === 'hash' || style === 'reversible';
}

function rejectKeyedStyles(document: GuardrailDocument, context: BuildContext): void {
  for (const [index, rule] of document.spec.rules.entries()) {
    const field = rule.pii === undefined ? 'secrets' : 'pii';
    const places = [
      ['redaction', rule.redaction] as const,
      ...overridesOf(rule).map(([entity, own]) => [`${field}.overrides.${entity}.redaction`, own] as const),
    ];
    for (const [path, redaction] of places) {
      if (!needsSecret(redaction)) continue;
      const message = `is ${redaction.style}, but no redactionSecret is set, so findings are hidden as [REDACTED]`;
      const remedy = `choose another style, or add to the GatewayPolicy redactionSecret: ${secretExample}`;
      context.reject(document, `spec.rules[${index}].${path}.style`, message, remedy);
    }
  }
}
