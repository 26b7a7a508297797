import type { MetricsRegistry } from '../../src/lib/metrics.ts';
import type { ProgramEvent } from '../../src/program/client/client.ts';
import type { ProgramStore } from '../../src/program/store.ts';

/** What operators want to know about the program: is it there, how old is it, was something refused. */
export function createProgramMetrics(metrics: MetricsRegistry, store: ProgramStore): (event: ProgramEvent) => void {
  const updates = metrics.counter('sluice_program_updates_total', 'Responses of the control plane, by type.', [
    'type',
  ] as const);
  const resources = metrics.counter('sluice_program_resources_received_total', 'Resources received, by type.', [
    'type',
  ] as const);
  const refused = metrics.counter('sluice_program_refused_total', 'Resources refused, by type.', ['type'] as const);
  const inForce = metrics.gauge('sluice_program_resources', 'Resources in force, by type.', ['type'] as const);
  const connected = metrics.gauge('sluice_program_connected', '1 while the control plane is connected.');
  const reconnects = metrics.counter('sluice_program_disconnects_total', 'Connections to the control plane lost.');
  let changedAt = 0;
  metrics.gaugeAtScrape('sluice_program_ready', '1 once every type has been received.', () =>
    store.current === undefined ? 0 : 1,
  );
  metrics.gaugeAtScrape('sluice_program_age_seconds', 'Time since the program last changed.', () =>
    changedAt === 0 ? 0 : (Date.now() - changedAt) / 1000,
  );

  return (event) => {
    switch (event.kind) {
      case 'connected':
        connected.set(1);
        return;
      case 'disconnected':
        connected.set(0);
        reconnects.increment();
        return;
      case 'received': {
        const type = event.typeUrl.slice(event.typeUrl.lastIndexOf('.') + 1);
        updates.of(type).increment();
        resources.of(type).increment(event.resources);
        refused.of(type).increment(event.refused);
        inForce.of(type).set(store.versions(event.typeUrl).size);
        if (event.resources + event.removed > event.refused) changedAt = Date.now();
      }
    }
  };
}
