import { createAdminClient } from '../../../src/envoy/admin.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';

/** What an Envoy itself says, beside what the control plane believes of it. */
export interface EnvoyView {
  readonly port: number;
  readonly version: string;
  readonly isReady: boolean;
  readonly types: readonly {
    readonly type: string;
    readonly resources: number;
    readonly refused: readonly { readonly name: string; readonly text: string }[];
  }[];
  /** Providers that cannot be reached as far as Envoy knows: their names resolve to no address. */
  readonly withoutHosts: readonly string[];
}

const providerPrefix = 'provider/';

/** Asks the admin page of an Envoy on this machine. */
export async function viewEnvoy(port: number): Promise<Result<EnvoyView>> {
  const admin = createAdminClient(port);
  const [version, isReady, resources, clusters] = await Promise.all([
    admin.version(),
    admin.isReady(),
    admin.resources(),
    admin.clusters(),
  ]);
  if (!version.ok) return err(version.error);
  if (!resources.ok) return err(resources.error);
  if (!clusters.ok) return err(clusters.error);
  return ok({
    port,
    version: /\/(\d+\.\d+\.\d+)\//.exec(version.value)?.[1] ?? version.value,
    isReady,
    types: [...resources.value].map(([type, { versions, refused }]) => ({
      type,
      resources: versions.size,
      refused: [...refused].map(([name, text]) => ({ name, text })),
    })),
    // One host is always there: the one that refuses, so that a chain goes on.
    withoutHosts: clusters.value
      .filter(({ name, hosts }) => name.startsWith(providerPrefix) && hosts.length < 2)
      .map(({ name }) => name.slice(providerPrefix.length).split('@', 1).join()),
  });
}
