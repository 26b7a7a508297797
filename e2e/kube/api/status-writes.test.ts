import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createStatusReporter } from '../../../src/controller/conditions/reporter.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import {
  egressGateway,
  goodOutcome,
  openai,
  type StatusSite,
  startStatusSite,
} from '../../support/kube-api/status-site.ts';

patience();
const cleanup = cleanupsAfterEach();
let site: StatusSite;

beforeAll(async () => {
  site = await startStatusSite();
  await site.server.apply(egressGateway);
  await site.server.apply(openai);
});

afterAll(() => site?.close());

beforeEach(() => site.forgetWrites());

describe('a status', () => {
  it('is written by the leader only', async () => {
    const stage = await site.stage(cleanup, ['GatewayClass', 'Gateway', 'Provider']);
    await site.quiet();
    site.forgetWrites();
    stage.lead(false);
    const { metadata, spec } = await site.objectOf('provider', 'openai');
    const generation = (metadata.generation ?? 1) + 1;
    // The other of the two, also when this is tried twice.
    const network = (spec as { network?: string }).network === 'private' ? 'public' : 'private';
    await site.server.kubectl(
      'patch',
      'provider',
      'openai',
      '--type=merge',
      '-p',
      JSON.stringify({ spec: { network } }),
    );
    const isSeen = () => stage.objects().some(({ object }) => object.metadata.generation === generation);
    await until('the change is seen', isSeen);
    await site.quiet();
    expect(site.writes()).toEqual([]);
    stage.lead(true);
    const isTold = `--for=jsonpath={.status.observedGeneration}=${generation}`;
    await site.server.kubectl('wait', 'provider/openai', isTold, '--timeout=60s');
    expect(site.writes()).toHaveLength(1);
  });

  it('comes when the API server is back', async () => {
    await site.server.startServer();
    const stage = await site.stage(cleanup, ['GatewayClass', 'Gateway', 'Provider']);
    await site.quiet();
    await site.server.stopServer();
    stage.judge({ nacks: new Map([['Provider/openai', 'refused while nobody listened']]) });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const tries = site.writes().length;
    expect(tries).toBeLessThan(8);
    await site.server.startServer();
    await site.server.kubectl('wait', 'provider/openai', '--for=condition=Accepted=False', '--timeout=60s');
  });

  it('of 2,000 objects is one write when one has changed, and none when nothing has', async () => {
    const place = { group: 'sluice.dev', version: 'v1alpha1', plural: 'models', namespace: 'default' };
    await site.server.kubectl('delete', '--raw', '/apis/sluice.dev/v1alpha1/namespaces/default/models');
    const names = Array.from({ length: 2_000 }, (_, index) => `m${index}`);
    const waiting = [...names];
    const create = async (): Promise<void> => {
      for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
        const made = await site.client.create(place, {
          apiVersion: 'sluice.dev/v1alpha1',
          kind: 'Model',
          metadata: { name, namespace: 'default' },
          spec: { targets: [{ provider: 'openai' }] },
        });
        if (!made.ok) throw new Error(made.error.message);
      }
    };
    await Promise.all(Array.from({ length: 8 }, create));
    const stage = await site.stage(cleanup, ['GatewayClass', 'Gateway', 'Model']);
    await until('every model is told', () => site.writes().length >= 2_000, { limitMs: 200_000 });
    await site.quiet();
    expect(site.writes()).toHaveLength(2_000);
    site.forgetWrites();
    await site.server.kubectl('patch', 'model', 'm7', '--type=merge', '-p', '{"spec":{"enabled":false}}');
    await site.server.kubectl('wait', 'model/m7', '--for=jsonpath={.status.observedGeneration}=2', '--timeout=60s');
    stage.reporter.changed();
    await site.quiet();
    expect(site.writes()).toEqual(['PATCH /apis/sluice.dev/v1alpha1/namespaces/default/models/m7/status']);
  }, 400_000);

  it('is not written for what is gone', async () => {
    await site.server.apply(openai);
    const stage = await site.stage(cleanup, ['GatewayClass', 'Gateway', 'Provider']);
    await site.quiet();
    const before = stage.objects();
    await site.server.kubectl('delete', 'provider', 'openai');
    site.forgetWrites();
    const late = createStatusReporter({
      client: site.client,
      log: createLogger({ name: 'test', level: 'silent' }),
      isLeader: () => true,
      quietMs: 1,
      outcome: () => ({ ...goodOutcome(before), nacks: new Map([['Provider/openai', 'too late']]) }),
    });
    cleanup(() => late.close());
    late.changed();
    await until('it is tried', () => site.writes().some((call) => call.includes('/providers/openai/')));
    late.changed();
    await site.quiet();
    expect(site.writes().filter((call) => call.includes('/providers/'))).toHaveLength(1);
  });
});
