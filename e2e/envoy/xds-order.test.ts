import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transports } from '../feature/support/xds-envoy.ts';
import { expectSoon, startGateway, startLoad } from '../feature/support/xds-gateway.ts';

const rounds = 20;

/** Only an aggregated stream has an order; over a stream per type it is up to who publishes. */
describe.each(transports.filter(({ isAggregated }) => isAggregated))('the order of a change by $name', (transport) => {
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  beforeAll(async () => {
    gateway = await startGateway(transport);
  });
  afterAll(() => gateway?.stop());

  it('moves traffic to new clusters and takes the old ones away without one failed request', async () => {
    const { make, plane, envoy, backend } = gateway;
    const load = startLoad(gateway.ask);
    for (let round = 0; round < rounds; round++) {
      const cluster = `c${round % 3}`;
      plane.publish([
        make.listener('l', 't'),
        make.route('t', `round ${round}`, cluster),
        make.cluster(cluster, { secret: `key${round}` }),
        make.endpoint(cluster, backend.port),
        make.secret(`key${round}`, 'first'),
      ]);
      await expectSoon(() => gateway.ask('/direct'), `200 round ${round}`);
      expect(await plane.settled()).toEqual({ isComplete: true, missing: [] });
      expect(await envoy.stat('cluster_manager.active_clusters')).toBe(2);
    }
    const answers = await load.stop();
    expect([...answers.keys()]).toEqual(['200 backend says first']);
    expect(answers.get('200 backend says first')).toBeGreaterThan(rounds);
    expect(plane.refusals()).toEqual([]);
  });
});
