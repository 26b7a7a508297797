import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import {
  emptyOlderVersions,
  type GatewaySite,
  olderVersions,
  startGatewaySite,
} from '../../support/kube-api/gateway-site.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { rawRequest } from '../../support/raw-request.ts';

/*
 * HTTPRoutes of which some rules are wrong: an older version stays in force as a whole, or else what is right is served.
 * Gateway API has words and generations for both.
 */

patience();
let site: GatewaySite;
let controller: ControllerProcess;

beforeAll(async () => {
  site = await startGatewaySite();
  await site.server.apply([emptyOlderVersions, route('falls-back', rule('/v1/models', 'first'))].join('\n---\n'));
  controller = await startController('first');
  await site.startEgress(controller);
});

afterAll(() => site?.close());

const startController = (state: string, xdsPort?: number): Promise<ControllerProcess> =>
  site.startController({ flags: ['--state', join(site.folder, state)], ...(xdsPort && { xdsPort }) });

/** Each with a host of its own. */
const route = (name: string, ...rules: readonly string[]): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: default }
spec:
  parentRefs: [{ name: test }]
  hostnames: [${name}.example.com]
  rules: [${rules.join(', ')}]
`;

const rule = (path: string, answer: string, more = ''): string =>
  ruleFor(`[{ path: { value: ${path} } }]`, answer, more);

const ruleFor = (matches: string, answer: string, more = ''): string =>
  `{ matches: ${matches}, backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: backend }],
     filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-rule, value: ${answer} }] } }${more}] }`;

const wrongRule = (path: string): string =>
  rule(path, 'wrong', ', { type: ExtensionRef, extensionRef: { group: example.com, kind: Filter, name: f } }');

/** `200 first`: the status, and which rule has answered. */
async function ask(name: string, path = '/v1/models'): Promise<string> {
  const headers = { host: `${name}.example.com` };
  const answer = await rawRequest(site.port, { method: 'GET', path, headers }).catch(() => undefined);
  return `${answer?.status} ${answer?.headers['x-rule'] ?? 'nobody'}`;
}

interface Condition {
  readonly type: string;
  readonly message: string;
}

async function get(resource: string, name: string) {
  return JSON.parse(await site.server.kubectl('get', resource, name, '-o', 'json'));
}

async function conditions(name: string): Promise<readonly Condition[]> {
  const { status } = await get('httproute', name);
  return status?.parents?.[0]?.conditions ?? [];
}

/** `Accepted True 1` */
async function told(name: string): Promise<readonly string[]> {
  const all = (await conditions(name)) as readonly (Condition & Record<string, unknown>)[];
  return all.map(({ type, status, observedGeneration }) => `${type} ${status} ${observedGeneration}`).sort();
}

async function messageOf(name: string, type: string): Promise<string | undefined> {
  return (await conditions(name)).find((each) => each.type === type)?.message;
}

async function untilTold(name: string, ...expected: readonly string[]): Promise<void> {
  let seen: readonly string[] = [];
  const isTold = async (): Promise<boolean> => {
    seen = await told(name);
    return seen.join() === expected.join();
  };
  await until(`${name} says ${expected}`, isTold, { seen: () => `${seen}\n${controller.log()}` });
}

const fallenBack = ['Accepted True 1', 'PartiallyInvalid True 2', 'Programmed False 2', 'ResolvedRefs True 2'];

describe('an HTTPRoute of which some rules are wrong', { timeout: 120_000 }, () => {
  it('falls back to the generation that was right', async () => {
    await untilTold('falls-back', 'Accepted True 1', 'Programmed True 1', 'ResolvedRefs True 1');
    expect(await ask('falls-back')).toBe('200 first');
    await site.server.apply(route('falls-back', rule('/v1/models', 'second'), wrongRule('/v1/models/closed')));
    await untilTold('falls-back', ...fallenBack);
    expect(await messageOf('falls-back', 'PartiallyInvalid')).toMatch(/^Fall Back to generation 1.*spec\.rules\[1\]/);
    expect(await ask('falls-back')).toBe('200 first');
  });

  it('says and serves the same after restarts, without a snapshot too', async () => {
    const said = await conditions('falls-back');
    const isKept = async (): Promise<boolean> => {
      const { data } = JSON.parse(
        await site.server.kubectl('get', 'secret', olderVersions, '-n', 'sluice-system', '-o', 'json'),
      );
      return Buffer.from(data?.versions ?? '', 'base64').includes('falls-back');
    };
    await until('others can know of the older version', isKept);
    for (const state of ['first', 'second']) {
      const { xdsPort } = controller;
      await controller.stop();
      controller = await startController(state, xdsPort);
      await until('it writes', () => controller.log().includes('this replica writes now'));
      // Written after everything that the start had to tell of routes that are there already.
      await site.server.apply(route(`after-${state}`, rule('/v1/models', 'new')));
      await untilTold(`after-${state}`, 'Accepted True 1', 'Programmed True 1', 'ResolvedRefs True 1');
      expect(await conditions('falls-back')).toEqual(said);
      expect(await ask('falls-back')).toBe('200 first');
    }
  });

  it('says nothing of it any more when it is mended', async () => {
    await site.server.apply(route('falls-back', rule('/v1/models', 'third')));
    await untilTold('falls-back', 'Accepted True 3', 'Programmed True 3', 'ResolvedRefs True 3');
    expect(await ask('falls-back')).toBe('200 third');
  });

  it('serves what is right of it where it was never right, and nothing broader answers for the rest', async () => {
    await site.server.apply(route('drops', wrongRule('/v1/models/closed'), rule('/v1', 'open')));
    await untilTold('drops', 'Accepted True 1', 'PartiallyInvalid True 1', 'Programmed True 1', 'ResolvedRefs True 1');
    expect(await messageOf('drops', 'PartiallyInvalid')).toMatch(/^Dropped Rule: spec\.rules\[0\];/);
    expect([await ask('drops'), await ask('drops', '/v1/models/closed')]).toEqual(['200 open', '500 nobody']);
    const { documents } = JSON.parse((await controller.page('/status')) ?? '{}');
    expect(documents).toContainEqual(expect.objectContaining({ id: 'HTTPRoute/drops', isInPart: true }));
  });

  it('serves every request by a rule whose list of matches is empty, which an API server leaves as it is', async () => {
    await site.server.apply(route('empty', ruleFor('[]', 'every'), rule('/v1/models/closed', 'closed')));
    await untilTold('empty', 'Accepted True 1', 'Programmed True 1', 'ResolvedRefs True 1');
    expect((await get('httproute', 'empty')).spec.rules[0].matches).toEqual([]);
    // Nothing is there at the service.
    expect([await ask('empty'), await ask('empty', '/v1/models/closed')]).toEqual(['200 every', '404 closed']);
  });

  it('is served but for a Service that says TLS without a BackendTLSPolicy for it', async () => {
    await site.server.apply(`
apiVersion: v1
kind: Service
metadata: { name: encrypted, namespace: default }
spec: { ports: [{ port: 443, appProtocol: https }] }
`);
    const toEncrypted = '{ matches: [{ path: { value: /encrypted } }], backendRefs: [{ name: encrypted, port: 443 }] }';
    await site.server.apply(route('encrypted', toEncrypted, rule('/v1/models', 'open')));
    await untilTold('encrypted', 'Accepted True 1', 'Programmed True 1', 'ResolvedRefs False 1');
    expect(await messageOf('encrypted', 'ResolvedRefs')).toContain('no BackendTLSPolicy');
    expect([await ask('encrypted', '/encrypted'), await ask('encrypted')]).toEqual(['500 nobody', '200 open']);
    await site.server.apply(`
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: { name: encrypted, namespace: default }
spec:
  targetRefs: [{ group: "", kind: Service, name: encrypted }]
  validation: { hostname: encrypted.example.com, wellKnownCACertificates: System }
`);
    await untilTold('encrypted', 'Accepted True 1', 'Programmed True 1', 'ResolvedRefs True 1');
  });

  it('is not accepted where all of them are, and is none that is attached', async () => {
    await site.server.apply(route('all-wrong', wrongRule('/shop')));
    await untilTold('all-wrong', 'Accepted False 1', 'Programmed False 1', 'ResolvedRefs True 1');
    expect(await ask('all-wrong', '/shop')).toBe('404 nobody');
    const attached = async (): Promise<number> => (await get('gateway', 'test')).status.listeners[0].attachedRoutes;
    await until('six others are attached', async () => (await attached()) === 6);
  });
});
