import { object } from '../schema/object.ts';
import { notApplicable } from '../schema/verdict.ts';

const elsewhere = 'what is made for a Gateway is said by GatewayParameters';
const ownOrder = 'the order of filters is the gateway’s own';
const records = 'records are said by GatewayPolicy';

/** The infrastructure of Envoy Gateway. Manifests bring it along; here the controller makes its own. */
export const envoyProxySpec = object({
  provider: notApplicable(elsewhere),
  bootstrap: notApplicable(elsewhere),
  concurrency: notApplicable(elsewhere),
  extraArgs: notApplicable(elsewhere),
  ipFamily: notApplicable(elsewhere),
  logging: notApplicable(elsewhere),
  mergeGateways: notApplicable('every Gateway has its own pods'),
  mergeBackends: notApplicable('every backend has one cluster, whoever leads there'),
  mergeType: notApplicable(elsewhere),
  backendTrafficPolicy: notApplicable('policies of several levels are merged field by field'),
  shutdown: notApplicable(elsewhere),
  telemetry: notApplicable(records),
  filterOrder: notApplicable(ownOrder),
  preserveRouteOrder: notApplicable('the most specific match wins'),
  enableRoutePriority: notApplicable('the most specific match wins'),
  routingType: notApplicable('endpoints are asked directly where they can be'),
  backendTLS: notApplicable('how a backend is reached is said by Backend and BackendTLSPolicy'),
  luaValidation: notApplicable('scripts are checked by Envoy'),
  dynamicModules: notApplicable('Envoy loads no libraries'),
  wasmModules: notApplicable('an EnvoyExtensionPolicy says itself where its code is'),
  geoIP: notApplicable('callers are known by their keys'),
});
