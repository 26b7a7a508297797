import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { BuildContext } from '../context.ts';
import { ofKind } from '../of-kind.ts';
import { isEnvoyProxy, type ParametersRef, referenced } from './gateway-parameters.ts';

type Saying = Pick<BuildContext, 'reject'>;

/** Parameters that Gateways and their classes name and that are not there. What was made by others before stays. */
export function rejectMissingParameters(documents: readonly PolicyDocument[], context: Saying): void {
  const known = new Set(
    ofKind(documents, 'GatewayParameters').map(({ namespace, name }) => qualifiedName(namespace, name)),
  );
  const gateways = ofKind(documents, 'Gateway');
  for (const gateway of gateways) {
    const ref = gateway.spec.infrastructure.parametersRef;
    const wrong = faultOf(ref, gateway.namespace, 'of the Gateway', known);
    if (wrong !== undefined) reject(gateway, 'spec.infrastructure.parametersRef', wrong, context);
  }
  const inUse = new Set(gateways.map(({ spec }) => spec.gatewayClassName));
  for (const each of ofKind(documents, 'GatewayClass')) {
    if (!inUse.has(each.name)) continue;
    const ref = each.spec.parametersRef;
    const wrong = faultOf(ref, ref?.namespace, 'of the GatewayClass', known);
    if (wrong !== undefined) reject(each, 'spec.parametersRef', wrong, context);
  }
}

function faultOf(
  ref: ParametersRef | undefined,
  namespace: string | undefined,
  whose: 'of the Gateway' | 'of the GatewayClass',
  known: ReadonlySet<string>,
): string | undefined {
  if (ref === undefined || isEnvoyProxy(ref)) return undefined;
  const named = referenced(ref, namespace, whose, true);
  if (!named.ok) return named.error.replace(/\.$/, '');
  const name = qualifiedName(namespace ?? '', ref.name);
  return known.has(name) ? undefined : `GatewayParameters "${name}" does not exist or is refused`;
}

function reject(document: PolicyDocument, path: string, message: string, context: Saying): void {
  context.reject(document, path, message, 'check the name, or add or mend it', 'InvalidParameters');
}
