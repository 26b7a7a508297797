import { createMetrics } from '../lib/metrics.ts';
import { addProcessMetrics } from '../lib/metrics-process.ts';
import { typeUrls } from '../xds/snapshot/type-url.ts';

const buildBuckets = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export type ControllerMetrics = ReturnType<typeof createControllerMetrics>;

/** What the control plane counts, and the page that Prometheus reads. */
export function createControllerMetrics(readClients: () => number) {
  const registry = createMetrics();
  addProcessMetrics(registry);
  registry.gaugeAtScrape('sluice_xds_clients', 'Connected xDS streams.', readClients);
  const nacks = registry.counter('sluice_xds_nacks_total', 'Refused xDS responses.', ['type']);
  // From the start: Prometheus sees no increase in a series that begins with its first refusal.
  for (const type of Object.keys(typeUrls)) nacks.of(type);
  return {
    builds: registry.counter('sluice_policy_builds_total', 'How often the policy was built.'),
    buildSeconds: registry.histogram('sluice_policy_build_seconds', 'Time to build the model.', buildBuckets),
    changeSeconds: registry.histogram(
      'sluice_policy_change_seconds',
      'Time from a change to all answers of the clients.',
      buildBuckets,
    ),
    documents: registry.gauge('sluice_policy_documents', 'Documents in force.'),
    problems: registry.gauge('sluice_policy_problems', 'Problems of the policy as written.'),
    publishedAt: registry.gauge('sluice_policy_published_timestamp_seconds', 'When the last change was published.'),
    inconsistent: registry.counter('sluice_xds_inconsistent_total', 'Snapshots held back by the consistency check.'),
    withheld: registry.gauge('sluice_xds_withheld_resources', 'Resources that clients have refused.'),
    acks: registry.counter('sluice_xds_acks_total', 'Accepted xDS responses.', ['type']),
    nacks,
    connects: registry.counter('sluice_xds_streams_total', 'xDS streams by what became of them.', ['event']),
    handshakes: registry.counter('sluice_xds_handshakes_refused_total', 'TLS handshakes that came to nothing.', [
      'reason',
    ]),
    families: () => registry.families(),
    render: () => registry.render(),
  };
}
