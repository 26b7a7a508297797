import type { GatewayParametersSpec } from '../../../policy/gateway-parameters.ts';
import type { JsonValue } from '../../../policy/schema/json-value.ts';
import { isJsonMap, type Json } from './json.ts';

/** Without overlays: those of the class come first, then those of the gateway. Without the store: pods are told of it as policy. */
export type MergedParameters = Omit<GatewayParametersSpec, 'overlays' | 'store'> & {
  readonly overlays: readonly NonNullable<GatewayParametersSpec['overlays']>[];
};

/**
 * Parameters of a class, and over them those of a gateway, field by field down to the last one. Lists are replaced as a
 * whole but for variables, which have names. Of fields that exclude each other the gateway's choice counts.
 */
export function mergeParameters(
  ofClass: GatewayParametersSpec | undefined,
  ofGateway: GatewayParametersSpec | undefined,
): MergedParameters {
  const { overlays: classOverlays, store: _ofClass, ...base } = ofClass ?? {};
  const { overlays: gatewayOverlays, store: _ofGateway, ...wins } = ofGateway ?? {};
  const { replicas: _fixed, autoscaling: _scaled, podDisruptionBudget: _budget, ...neutral } = base;
  const size = wins.replicas === undefined && wins.autoscaling === undefined;
  const open = {
    ...neutral,
    ...(size && base.replicas !== undefined && { replicas: base.replicas }),
    ...(wins.replicas === undefined && base.autoscaling !== undefined && { autoscaling: base.autoscaling }),
    ...(wins.podDisruptionBudget === undefined &&
      base.podDisruptionBudget !== undefined && { podDisruptionBudget: base.podDisruptionBudget }),
  };
  return {
    // Both are parsed specs of one schema, and a field of the result comes from one of them.
    ...(merge(open as Json, wins as Json) as Omit<MergedParameters, 'overlays'>),
    overlays: [classOverlays, gatewayOverlays].filter((overlay) => overlay !== undefined),
  };
}

function merge(base: Json, wins: Json): Json {
  const merged: Record<string, JsonValue> = { ...base };
  for (const [name, value] of Object.entries(wins)) {
    const before = merged[name];
    if (isJsonMap(before) && isJsonMap(value)) merged[name] = merge(before, value);
    else if (name === 'env' && Array.isArray(before) && Array.isArray(value)) merged[name] = byName(before, value);
    else merged[name] = value;
  }
  return merged;
}

function byName(base: readonly JsonValue[], wins: readonly JsonValue[]): readonly JsonValue[] {
  const nameOf = (entry: JsonValue): JsonValue => (isJsonMap(entry) ? (entry.name ?? '') : '');
  const names = new Set(wins.map(nameOf));
  return [...base.filter((entry) => !names.has(nameOf(entry))), ...wins];
}
