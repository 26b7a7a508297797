import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { keyOf, type ProgramInit, providerOf, routeOf } from '../../src/program/testing/program-of.ts';
import { ask, chatHeaders, startTestProcessor, until } from '../support/test-processor.ts';

const program: ProgramInit = {
  providers: [{ name: 'a' }, { name: 'b' }],
  models: [{ name: 'small' }],
  routes: [{ id: 'model/small', models: ['small'], targets: [{ provider: 'a' }, { provider: 'b', priority: 1 }] }],
  keys: [{ name: 'k' }],
};
const viaB = routeOf({ id: 'model/small', models: ['small'], targets: [{ provider: 'b' }] });

describe('the program', () => {
  it('is waited for: until it is complete, requests are left to a sibling and the process is not ready', async () => {
    await using t = await startTestProcessor({ program: undefined });
    (await t.envoy.request().requestHeaders(chatHeaders)).fails();
    expect((await t.admin('/readyz')).status).toBe(503);
    expect((await t.admin('/healthz')).status).toBe(200);
    await t.plane.send([keyOf({ name: 'k' })]);
    expect((await t.admin('/readyz')).status).toBe(503);
  });

  it('is followed at once', async () => {
    await using t = await startTestProcessor({ program });
    expect((await ask(t.envoy, { model: 'small' })).body.chain).toEqual(['cluster-a', 'cluster-b']);
    await t.plane.send([viaB]);
    expect((await ask(t.envoy, { model: 'small' })).body.chain).toEqual(['cluster-b']);
    await t.plane.send([], { typeUrl: keyOf({ name: 'k' }).typeUrl, names: ['k'] });
    (await t.envoy.request().requestHeaders(chatHeaders)).rejects(401, 'invalid_api_key');
  });

  it('that changes during a request does not touch it', async () => {
    await using t = await startTestProcessor({ program });
    const conversation = t.envoy.request();
    await conversation.requestHeaders(chatHeaders);
    await t.plane.send([viaB, keyOf({ name: 'k', isEnabled: false }), providerOf({ name: 'a', cluster: 'moved' })]);
    const body = await conversation.requestBody({ model: 'small' });
    expect(body.chain).toEqual(['cluster-a', 'cluster-b']);
    const later = await t.envoy
      .attempt()
      .requestHeaders(
        { 'x-envoy-attempt-count': '2' },
        { attributes: { 'xds.cluster_name': 'cluster-b' }, exchange: body.exchange ?? '' },
      );
    expect(later.json).toEqual({ model: 'small' });
    const response = await conversation.responseHeaders(200, { attempts: 2 });
    expect(response.headers).toMatchObject({ 'x-sluice-provider': 'b' });
    (await t.envoy.request().requestHeaders(chatHeaders)).rejects(401, 'invalid_api_key');
  });

  it('of another contract is refused, and what is in force stays', async () => {
    await using t = await startTestProcessor({ program });
    const [answer] = await t.plane.send([
      routeOf({ id: 'model/small', models: ['small'], targets: [{ provider: 'b' }], contract: 3 }),
    ]);
    expect(answer?.errorDetail?.message).toContain(
      'model/small: is written for contract 3, this processor knows 1 and 2',
    );
    expect((await ask(t.envoy, { model: 'small' })).body.chain).toEqual(['cluster-a', 'cluster-b']);
    expect(await t.metric('sluice_program_refused_total{type="Route"}')).toBe(1);
  });

  it('stays in force while the control plane is away', async () => {
    await using t = await startTestProcessor({ program });
    t.plane.close();
    await until(async () => (await t.metric('sluice_program_connected')) === 0);
    await sleep(50);
    expect((await ask(t.envoy, { model: 'small' })).body.chain).toEqual(['cluster-a', 'cluster-b']);
    expect((await t.admin('/readyz')).status).toBe(200);
  });
});
