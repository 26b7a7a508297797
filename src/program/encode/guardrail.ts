import type { MessageInitShape } from '@bufbuild/protobuf';
import { programContract } from '../../contract.ts';
import {
  GuardAction,
  type GuardRuleSchema,
  GuardrailSchema,
  type RedactionSchema,
  RedactionStyle,
  Severity,
} from '../../gen/sluice/program/v1/program_pb.js';
import type { GuardRule, Guardrail, Redaction } from '../../model/guardrail.ts';
import { encodeDetector } from './detector.ts';
import { type ProgramResource, resourceOf } from './resource.ts';
import { encodeScope } from './scope.ts';

const actions: { readonly [A in GuardRule['action']]: GuardAction } = {
  observe: GuardAction.OBSERVE,
  redact: GuardAction.REDACT,
  block: GuardAction.BLOCK,
};

const severities: { readonly [S in GuardRule['severity']]: Severity } = {
  low: Severity.LOW,
  medium: Severity.MEDIUM,
  high: Severity.HIGH,
  critical: Severity.CRITICAL,
};

const styles: { readonly [S in Redaction['style']]: RedactionStyle } = {
  text: RedactionStyle.TEXT,
  label: RedactionStyle.LABEL,
  mask: RedactionStyle.MASK,
  hash: RedactionStyle.HASH,
  reversible: RedactionStyle.REVERSIBLE,
};

export function guardrailResource(guardrail: Guardrail): ProgramResource {
  return resourceOf(GuardrailSchema, guardrail.name, guardrail.origins, {
    contract: programContract,
    name: guardrail.name,
    version: guardrail.version,
    scope: encodeScope(guardrail.scope),
    isObserving: guardrail.isObserving,
    rules: guardrail.rules.map(encodeRule),
  });
}

function encodeRule(rule: GuardRule): MessageInitShape<typeof GuardRuleSchema> {
  const { remote } = rule;
  return {
    name: rule.name,
    onRequest: rule.onRequest,
    onResponse: rule.onResponse,
    roles: [...rule.roles],
    detector: encodeDetector(rule.detector),
    action: actions[rule.action],
    redaction: encodeRedaction(rule.redaction),
    entityRedactions: rule.entityRedactions.map(({ entity, redaction }) => ({
      entity,
      redaction: encodeRedaction(redaction),
    })),
    severity: severities[rule.severity],
    message: rule.message ?? '',
    buffersStreams: rule.streaming === 'buffer',
    blocksAtHoldLimit: rule.atHoldBackLimit === 'block',
    ...(remote && {
      remote: {
        timeoutMs: remote.timeoutMs,
        failsOpen: remote.onFailure === 'open',
        mostConcurrent: remote.mostConcurrent,
        cacheMs: remote.cacheMs,
      },
    }),
  };
}

function encodeRedaction({ style, text, keepLast }: Redaction): MessageInitShape<typeof RedactionSchema> {
  return { style: styles[style], text, keepLast };
}
