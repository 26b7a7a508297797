import { referenced } from '../../model/build/gateway-parameters.ts';
import { fieldsOf, textOf } from './fields.ts';
import type { Scene } from './subject.ts';

/** What is wrong with the parameters that a Gateway or a class names; nothing where it names none. */
export function wrongParameters(
  parametersRef: unknown,
  namespace: string | undefined,
  whose: 'of the Gateway' | 'of the GatewayClass',
  { hasObject }: Scene,
): string | undefined {
  const { group, kind, name } = fieldsOf(parametersRef);
  const ref = { group: textOf(group) ?? '', kind: textOf(kind) ?? '', name: textOf(name) ?? '' };
  if (ref.name === '') return undefined;
  const isThere = namespace !== undefined && hasObject('GatewayParameters', namespace, ref.name);
  const found = referenced(ref, namespace, whose, isThere || undefined);
  return found.ok ? undefined : found.error;
}
