import { isWithheld, payerHeaders } from '../../withheld-headers.ts';
import type { BuildContext } from '../context.ts';
import type { SecurityDocument } from '../documents.ts';
import { isTaken } from '../envoy-gateway/taken-headers.ts';

/** Claims that become headers which no provider gets. What no claim may become at all is refused elsewhere. */
export function warnOfClaimsInVain(policy: SecurityDocument, isForGateway: boolean, context: BuildContext): void {
  for (const [index, { claimToHeaders }] of (policy.spec.jwt?.providers ?? []).entries()) {
    for (const [position, { header }] of claimToHeaders.entries()) {
      const path = `spec.jwt.providers[${index}].claimToHeaders[${position}].header`;
      if (isWithheld(header) && !isTaken(header)) {
        const message = `${header} reaches no provider: the gateway takes it off every request for a model`;
        context.warn(policy, path, message, 'choose another header', 'UnsupportedValue');
      } else if (isForGateway && payerHeaders.includes(header)) {
        const message = `${header} says who pays, which claims do in the policy of a route only; from here it is taken off`;
        const remedy = 'attach the policy to the AIGatewayRoute, or set the header in the AIServiceBackend';
        context.warn(policy, path, message, remedy, 'UnsupportedValue');
      }
    }
  }
}
