import { sortedBy, sortedByName } from '../../../lib/sort.ts';
import { decided } from '../../decision.ts';
import type { GatewayModel, GatewaySettings } from '../../gateway.ts';
import type { AiGatewayParts } from './index.ts';

/** A gateway with what is attached to it. What our own documents say is in every gateway. */
export function withAiGateway(gateway: GatewayModel, parts: AiGatewayParts | undefined): GatewayModel {
  if (parts === undefined) return gateway;
  const { settings } = gateway;
  const { allowOrigins, said } = parts;
  const profiles = new Map([...gateway.profiles, ...parts.profiles].map((profile) => [profile.name, profile]));
  return {
    ...gateway,
    settings: withCallers(settings, allowOrigins, said),
    providers: sortedByName([...gateway.providers, ...parts.providers]),
    models: sortedByName([...gateway.models, ...parts.models]),
    routes: sortedBy([...gateway.routes, ...parts.routes], ({ id }) => id),
    profiles: sortedByName(profiles.values()),
    keys: sortedByName([...gateway.keys, ...parts.keys]),
    limits: sortedByName([...gateway.limits, ...parts.limits]),
  };
}

/** What a GatewayPolicy says of our own settings goes before what other policies say of the Gateway. */
function withCallers(
  settings: GatewaySettings,
  allowOrigins: readonly string[] | undefined,
  said: AiGatewayParts['said'],
): GatewaySettings {
  if (said.keys.length === 0 && said.cors.length === 0) return settings;
  const cors = settings.cors ?? (allowOrigins && { allowOrigins });
  const known = settings.decisions ?? [];
  const others = known.filter(({ field }) => field !== 'cors');
  const ofPolicy = known.flatMap(({ field, by }) => (field === 'cors' ? [by] : []));
  const decisions = [...others, ...decided('cors', [...ofPolicy, ...said.cors]), ...decided('keys', said.keys)];
  return { ...settings, ...(cors && { cors }), decisions };
}
