import {
  GuardAction,
  GuardrailSchema,
  type Guardrail as Message,
  type Redaction as RedactionMessage,
  RedactionStyle,
  type RemoteCall as RemoteMessage,
  type GuardRule as RuleMessage,
  Severity,
} from '../../gen/sluice/program/v1/program_pb.js';
import type { Redaction, RemoteCall } from '../../guard/rule.ts';
import { ok } from '../../lib/result.ts';
import type { GuardRule, Guardrail } from '../guardrail.ts';
import { compileDetector } from './detector.ts';
import { type Compiled, refused } from './refusal.ts';
import { compileScopeMessage } from './scope.ts';

export const guardrailSchema = GuardrailSchema;

const actions: { readonly [A in GuardAction]: GuardRule['action'] | undefined } = {
  [GuardAction.UNSPECIFIED]: undefined,
  [GuardAction.OBSERVE]: 'observe',
  [GuardAction.REDACT]: 'redact',
  [GuardAction.BLOCK]: 'block',
};

const severities: { readonly [S in Severity]: GuardRule['severity'] | undefined } = {
  [Severity.UNSPECIFIED]: undefined,
  [Severity.LOW]: 'low',
  [Severity.MEDIUM]: 'medium',
  [Severity.HIGH]: 'high',
  [Severity.CRITICAL]: 'critical',
};

const styles: { readonly [S in RedactionStyle]: Redaction['style'] | undefined } = {
  [RedactionStyle.UNSPECIFIED]: undefined,
  [RedactionStyle.TEXT]: 'text',
  [RedactionStyle.LABEL]: 'label',
  [RedactionStyle.MASK]: 'mask',
  [RedactionStyle.HASH]: 'hash',
  [RedactionStyle.REVERSIBLE]: 'reversible',
};

/** A rule that is not understood refuses its guardrail as a whole: half of one would let pass what it should stop. */
export function compileGuardrail(message: Message): Compiled<Guardrail> {
  const { name, version, isObserving } = message;
  if (name === '') return refused('name is missing');
  const scope = compileScopeMessage(message.scope);
  if (!scope.ok) return scope;
  const rules: GuardRule[] = [];
  for (const rule of message.rules) {
    const compiled = compileRule(rule);
    if (!compiled.ok) return refused(`rule "${rule.name}": ${compiled.error}`);
    rules.push(compiled.value);
  }
  return ok({ name, version, isObserving, scope: scope.value, rules });
}

function compileRule(message: RuleMessage): Compiled<GuardRule> {
  const { name, onRequest, onResponse } = message;
  if (name === '') return refused('name is missing');
  if (!onRequest && !onResponse) return refused('is for neither requests nor responses');
  const action = actions[message.action];
  if (action === undefined) return refused(`action ${message.action} is not known to this processor`);
  const severity = severities[message.severity];
  if (severity === undefined) return refused(`severity ${message.severity} is not known to this processor`);
  const redaction = compileRedaction(message.redaction);
  if (redaction === undefined) return refused('its redaction is not known to this processor');
  const redactionByEntity = new Map<string, Redaction>();
  for (const { entity, redaction: own } of message.entityRedactions) {
    const compiled = compileRedaction(own);
    if (compiled === undefined) return refused(`its redaction of ${entity} is not known to this processor`);
    redactionByEntity.set(entity, compiled);
  }
  const detector = compileDetector(message);
  if (!detector.ok) return detector;
  return ok({
    name,
    onRequest,
    onResponse,
    roles: message.roles.length === 0 ? undefined : new Set(message.roles),
    detector: detector.value,
    action,
    redaction,
    redactionByEntity,
    severity,
    message: message.message === '' ? undefined : message.message,
    streaming: message.buffersStreams ? 'buffer' : 'window',
    atHoldBackLimit: message.blocksAtHoldLimit ? 'block' : 'mask',
    remote: message.remote && compileRemote(message.remote),
  });
}

function compileRedaction(message: RedactionMessage | undefined): Redaction | undefined {
  const style = message === undefined ? undefined : styles[message.style];
  if (message === undefined || style === undefined) return undefined;
  return { style, text: message.text, keepLast: message.keepLast };
}

function compileRemote({ timeoutMs, failsOpen, mostConcurrent, cacheMs }: RemoteMessage): RemoteCall {
  return { timeoutMs, onFailure: failsOpen ? 'open' : 'closed', mostConcurrent, cacheMs };
}
