import { isEnvoyProxy, referenced } from '../../model/build/gateway/gateway-parameters.ts';
import type { Problem } from '../../policy/problem.ts';
import type { Condition } from './condition.ts';
import { type Say, warning } from './document-conditions.ts';
import { fieldsOf, textOf } from './fields.ts';
import type { Scene } from './subject.ts';
import type { Verdict } from './verdict.ts';

/** What is wrong with the parameters that a Gateway or a class names; nothing where it names none. */
export function wrongParameters(
  parametersRef: unknown,
  namespace: string | undefined,
  whose: 'of the Gateway' | 'of the GatewayClass',
  { hasObject }: Scene,
): string | undefined {
  const ref = referenceOf(parametersRef);
  if (ref.name === '' || isEnvoyProxy(ref)) return undefined;
  const isThere = namespace !== undefined && hasObject('GatewayParameters', namespace, ref.name);
  const found = referenced(ref, namespace, whose, isThere || undefined);
  return found.ok ? undefined : found.error;
}

/** `wrongParameters` says it of objects, since it knows those too that have never been right. */
export function isOfParameters({ reason }: Problem): boolean {
  return reason === 'InvalidParameters';
}

/** The document's warnings, and one for parameters that nobody reads. */
export function warnings(say: Say, verdict: Verdict, parametersRef: unknown, path: string): readonly Condition[] {
  const ref = referenceOf(parametersRef);
  if (!isEnvoyProxy(ref)) return warning(say, verdict);
  const problem: Problem = {
    severity: 'warning',
    document: '',
    source: '',
    path,
    message: `names the EnvoyProxy "${ref.name}", which has no effect here`,
    remedy: 'name GatewayParameters of sluice.dev, or remove it, unless others read it',
  };
  return warning(say, { ...verdict, warnings: [...verdict.warnings, problem] });
}

function referenceOf(parametersRef: unknown) {
  const { group, kind, name } = fieldsOf(parametersRef);
  return { group: textOf(group) ?? '', kind: textOf(kind) ?? '', name: textOf(name) ?? '' };
}
