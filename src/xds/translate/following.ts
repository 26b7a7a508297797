import { recordsAttempts } from '../../model/attempt-records.ts';
import type { GatewayModel } from '../../model/gateway.ts';

/**
 * Whether anything follows an attempt that fails: another one, for which the connection is to be kept, or a record of how
 * it went.
 */
export function followsFailures({ routes, settings }: Pick<GatewayModel, 'routes' | 'settings'>): boolean {
  return (
    recordsAttempts(settings) || routes.some(({ targets, attempts }) => targets.length > 1 || (attempts?.most ?? 1) > 1)
  );
}
