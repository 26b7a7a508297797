import { customResourceDefinition, definedKinds } from '../../../src/policy/crd/definition.ts';
import { gatewayApiFile } from '../kube-gateway-api.ts';
import { until } from '../until.ts';
import type { KubeApiServer } from './api-server.ts';

/** The definitions of the Gateway API, of our own kinds and of the accepted ones. Returns when all are served. */
export async function serveEveryKind(server: KubeApiServer): Promise<void> {
  await server.kubectl('apply', '--server-side', '-f', gatewayApiFile());
  const definitions = [...definedKinds('own'), ...definedKinds('accepted')].map(customResourceDefinition);
  await server.apply(definitions.map((definition) => JSON.stringify(definition)).join('\n---\n'));
  await untilServed(server);
}

/** `kubectl wait` would do, but it fails at a definition so young that it has no conditions yet. */
export async function untilServed(server: KubeApiServer): Promise<void> {
  const areServed = async (): Promise<boolean> => {
    const { items } = JSON.parse(await server.kubectl('get', 'crd', '-o', 'json')) as DefinitionList;
    return items.every(({ status }) =>
      status?.conditions?.some((condition) => condition.type === 'Established' && condition.status === 'True'),
    );
  };
  await until('every definition is served', areServed, { limitMs: 60_000 });
}

interface DefinitionList {
  readonly items: readonly {
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}
