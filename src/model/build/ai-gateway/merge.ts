import { sortedBy, sortedByName } from '../../../lib/sort.ts';
import type { GatewayModel } from '../../gateway.ts';
import type { AiGatewayParts } from './index.ts';

/** A gateway with what is attached to it. What our own documents say is in every gateway. */
export function withAiGateway(gateway: GatewayModel, parts: AiGatewayParts | undefined): GatewayModel {
  if (parts === undefined) return gateway;
  const { settings } = gateway;
  const { allowOrigins } = parts;
  const profiles = new Map([...gateway.profiles, ...parts.profiles].map((profile) => [profile.name, profile]));
  return {
    ...gateway,
    // Whoever wrote a GatewayPolicy has said all that there is to be said of our own settings.
    settings:
      allowOrigins === undefined || settings.cors !== undefined ? settings : { ...settings, cors: { allowOrigins } },
    providers: sortedByName([...gateway.providers, ...parts.providers]),
    models: sortedByName([...gateway.models, ...parts.models]),
    routes: sortedBy([...gateway.routes, ...parts.routes], ({ id }) => id),
    profiles: sortedByName(profiles.values()),
    keys: sortedByName([...gateway.keys, ...parts.keys]),
    limits: sortedByName([...gateway.limits, ...parts.limits]),
  };
}
