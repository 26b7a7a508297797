import { describe, expect, it } from 'vitest';
import { ok } from '../../src/lib/result.ts';
import { createXdsServer } from '../../src/xds/server/server.ts';
import { checkConsistency } from '../../src/xds/snapshot/consistency.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { typeUrls } from '../../src/xds/snapshot/type-url.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { line, scriptedXdsClient } from './support/xds-client.ts';
import { clusterOf, keyOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();

describe('a change of one among many', () => {
  it('moves one of 5,000 clusters to delta clients', async () => {
    const server = createXdsServer({ groupOf: () => ok('main') });
    cleanup(() => server.close(500));
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const clusters = Array.from({ length: 5_000 }, (_, index) => clusterOf(`cluster-${index}`));
    const first = snapshotOf(clusters);
    expect(checkConsistency(first, new Set())).toEqual([]);
    server.publish('main', first);
    const clients = Array.from({ length: 5 }, (_, index) =>
      scriptedXdsClient('delta', { port, acks: true, node: { id: `n${index}` } }),
    );
    for (const client of clients) cleanup(() => client.close());
    for (const client of clients) client.ask('cluster', ['*']);
    for (const client of clients) expect((await client.next()).names).toHaveLength(5_000);

    const changed = snapshotOf([clusterOf('cluster-7', 2), ...clusters.filter((each) => each.name !== 'cluster-7')]);
    server.publish('main', changed);
    for (const client of clients) {
      const response = await client.next();
      expect(line(response)).toBe('cluster: cluster-7');
      expect(response.bytes).toBeLessThan(500);
    }
    expect(await server.settled('main', [typeUrls.cluster], 5_000)).toEqual({ isComplete: true, missing: [] });
  });

  it('moves one of 10,000 keys, in well under two kilobytes', async () => {
    const server = createXdsServer({ groupOf: () => ok('main') });
    cleanup(() => server.close(500));
    const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
    const keys = Array.from({ length: 10_000 }, (_, index) => keyOf(`key-${index}`));
    server.publish('main', snapshotOf(keys));
    const client = scriptedXdsClient('delta', { port, acks: true });
    cleanup(() => client.close());
    client.ask('programKey', ['*']);
    await client.next();
    server.publish('main', snapshotOf([...keys.slice(1), keyOf('key-0', 'changed')]));
    const response = await client.next();
    expect(line(response)).toBe('programKey: key-0');
    expect(response.bytes).toBeLessThan(300);
  });
});
