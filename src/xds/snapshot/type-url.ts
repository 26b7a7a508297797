/** The resource types served, by the short names used in logs, metrics and status. */
export const typeUrls = {
  cluster: 'type.googleapis.com/envoy.config.cluster.v3.Cluster',
  endpoint: 'type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment',
  secret: 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret',
  listener: 'type.googleapis.com/envoy.config.listener.v3.Listener',
  route: 'type.googleapis.com/envoy.config.route.v3.RouteConfiguration',
  extensionConfig: 'type.googleapis.com/envoy.config.core.v3.TypedExtensionConfig',
  runtime: 'type.googleapis.com/envoy.service.runtime.v3.Runtime',
  programSettings: 'type.googleapis.com/sluice.program.v1.Settings',
  programProvider: 'type.googleapis.com/sluice.program.v1.Provider',
  programRoute: 'type.googleapis.com/sluice.program.v1.Route',
  programModel: 'type.googleapis.com/sluice.program.v1.Model',
  programKey: 'type.googleapis.com/sluice.program.v1.ApiKey',
  programSecret: 'type.googleapis.com/sluice.program.v1.SecretValue',
  programPricing: 'type.googleapis.com/sluice.program.v1.Pricing',
  programGuardrail: 'type.googleapis.com/sluice.program.v1.Guardrail',
  programLimit: 'type.googleapis.com/sluice.program.v1.Limit',
  programBudget: 'type.googleapis.com/sluice.program.v1.Budget',
} as const;

/** What a processor is served, whatever the order. */
export const programTypes: readonly string[] = Object.values(typeUrls).filter((url) =>
  url.includes('/sluice.program.'),
);

export type TypeName = keyof typeof typeUrls;
