import { describe, expect, it } from 'vitest';
import { createPublisher, type Publisher } from '../../src/controller/rollout/publisher.ts';
import { clientKind } from '../../src/controller/rollout/refused-version.ts';
import { TypedExtensionConfigSchema } from '../../src/gen/envoy/config/core/v3/extension_pb.js';
import { LuaSchema } from '../../src/gen/envoy/extensions/filters/http/lua/v3/lua_pb.js';
import { ok } from '../../src/lib/result.ts';
import { createXdsServer } from '../../src/xds/server/server.ts';
import type { Resource } from '../../src/xds/snapshot/resource.ts';
import { snapshotOf } from '../../src/xds/snapshot/snapshot.ts';
import { packed } from '../../src/xds/translate/extension.ts';
import { standInFor } from '../../src/xds/translate/own-filters/stand-in.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { type Received, scriptedXdsClient } from './support/xds-client.ts';
import { resourceOf } from './support/xds-resources.ts';

const cleanup = cleanupsAfterEach();

const name = 'filter/script';
const text = 'script load error';

function filter(script: string): Resource {
  const typedConfig = packed(LuaSchema, { defaultSourceCode: { specifier: { case: 'inlineString', value: script } } });
  return resourceOf(TypedExtensionConfigSchema, name, { name, typedConfig });
}

const [good, bad, worse] = [filter('good'), filter('bad'), filter('worse')];

/** Publishes without waiting for answers, as if everybody had been quiet for as long as a step may take. */
async function start() {
  const server = createXdsServer({ groupOf: () => ok('main') });
  const { port } = await server.listen({ host: '127.0.0.1', port: 0 });
  cleanup(() => server.close(500));
  const publisher: Publisher = createPublisher({
    server,
    group: 'main',
    stepLimitMs: 1,
    lingerMs: 0,
    standIn: standInFor,
    onFailure: (error) => {
      throw error;
    },
  });
  cleanup(() => publisher.close());
  server.onEvent((event) => {
    if (event.kind === 'nack') publisher.refused(event.typeUrl, event.versions, event.text, clientKind(event.node));
  });
  const connect = (holds: Readonly<Record<string, string>> = {}) => {
    const envoy = scriptedXdsClient('delta', { port });
    cleanup(() => envoy.close());
    envoy.ask('extensionConfig', [name], { holds });
    return envoy;
  };
  return { connect, publish: (resource: Resource) => publisher.publish(snapshotOf([resource])) };
}

function scriptOf({ versions }: Received): string | undefined {
  const standIn = standInFor(good);
  const known = { good, bad, worse, ...(standIn && { 'stand-in': standIn }) };
  return Object.entries(known).find(([, { version }]) => versions.includes(version))?.[0];
}

describe('a filter that is refused late', () => {
  it('is the last one that was in force, when two bad ones came after it', async () => {
    const { connect, publish } = await start();
    await publish(good);
    const envoy = connect();
    envoy.ack(await envoy.next());
    await publish(bad);
    const first = await envoy.next();
    await publish(worse);
    envoy.nack(first, text);
    const second = await envoy.next();
    envoy.nack(second, text);
    expect([first, second, await envoy.next()].map(scriptOf)).toEqual(['bad', 'worse', 'good']);
  });

  it('is it also when the next bad one comes before anybody has said that it is back', async () => {
    const { connect, publish } = await start();
    await publish(good);
    const envoy = connect();
    envoy.ack(await envoy.next());
    await publish(bad);
    envoy.nack(await envoy.next(), text);
    const back = await envoy.next();
    await publish(worse);
    envoy.ack(back);
    const next = await envoy.next();
    envoy.nack(next, text);
    expect([back, next, await envoy.next()].map(scriptOf)).toEqual(['good', 'worse', 'good']);
  });

  it('is it for whoever comes from another replica, where nobody was connected before', async () => {
    const { connect, publish } = await start();
    await publish(good);
    await publish(bad);
    const envoy = connect({ [name]: good.version });
    const refused = await envoy.next();
    envoy.nack(refused, text);
    const back = await envoy.next();
    expect([refused, back].map(scriptOf)).toEqual(['bad', 'good']);
    // One that has never had any.
    const another = connect();
    expect(scriptOf(await another.next())).toBe('good');
  });
});
