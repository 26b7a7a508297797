import { ok } from '../../../src/lib/result.ts';
import { createXdsServer, type XdsServer } from '../../../src/xds/server/server.ts';
import type { Resource } from '../../../src/xds/snapshot/resource.ts';
import { snapshotOf } from '../../../src/xds/snapshot/snapshot.ts';
import { typeUrls } from '../../../src/xds/snapshot/type-url.ts';

/** An xDS server with a single group, as one gateway sees it. */
export interface ControlPlane {
  readonly port: number;
  publish(resources: readonly Resource[]): void;
  settled(): ReturnType<XdsServer['settled']>;
  /** Types that a client has asked for and taken everything of, in order, separated by spaces. */
  settledTypes(): string;
  /** Texts of what clients refused, oldest first. */
  refusals(): readonly string[];
  forgetRefusals(): void;
  close(): Promise<void>;
}

export async function startControlPlane(): Promise<ControlPlane> {
  const server = createXdsServer({ groupOf: () => ok('gateway') });
  const refusals: string[] = [];
  server.onEvent((event) => {
    if (event.kind === 'nack') refusals.push(event.text);
  });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  const shortNames = new Map<string, string>(Object.entries(typeUrls).map(([short, url]) => [url, short]));
  return {
    port,
    publish: (resources) => server.publish('gateway', snapshotOf(resources)),
    settled: () => server.settled('gateway', Object.values(typeUrls), 5_000),
    settledTypes: () =>
      server
        .clients()
        .flatMap(({ types }) => types.filter(({ state }) => state === 'synced'))
        .map(({ typeUrl }) => shortNames.get(typeUrl) ?? typeUrl)
        .sort()
        .join(' '),
    refusals: () => refusals,
    forgetRefusals: () => {
      refusals.length = 0;
    },
    close: () => server.close(0),
  };
}
