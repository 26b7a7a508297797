import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import { gatewayApiGroup } from '../../../policy/gateway-api/name.ts';
import type { BuildContext } from '../context.ts';
import type { GatewayLike } from '../gateway-api/attach.ts';

/**
 * Whether a policy may bring code into a Gateway. What runs inside of Envoy can reach every provider that Envoy can, with
 * the credentials of their owners: whoever may write routes somewhere may not do that just so.
 */
export function mayRunCode(
  policy: PolicyDocument,
  path: string,
  gateway: GatewayLike | undefined,
  context: BuildContext,
): boolean {
  if (gateway === undefined) return true;
  const { namespace, name } = gateway;
  if (context.isGranted(policy, { group: gatewayApiGroup, kind: 'Gateway', namespace, name })) return true;
  const message = `runs in Gateway "${qualifiedName(namespace, name)}", whose namespace does not permit code of others`;
  const remedy = `add a ReferenceGrant from ${policy.kind} to Gateway to namespace ${namespace}`;
  context.reject(policy, path, message, remedy, 'RefNotPermitted');
  return false;
}
