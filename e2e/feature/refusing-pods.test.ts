import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane } from '../../src/controller/control-plane.ts';
import type { SourceEvents } from '../../src/controller/sources/opened-source.ts';
import type { SourceState } from '../../src/controller/sources/source.ts';
import { silentLogger } from '../../src/lib/log.ts';
import { inCluster } from '../../src/model/build/place.ts';
import { secretsOnly } from '../../src/model/build/testing/surroundings.ts';
import { parseDocuments } from '../../src/policy/parse.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { scriptedXdsClient } from './support/xds-client.ts';

/*
 * Two gateways share a route. What the pods of the one refuse is held back in both, and told of the route, for as long as
 * that gateway is there.
 */

const cleanup = cleanupsAfterEach();
const port = { host: '127.0.0.1', port: 0 };
const text = 'no such host';
const shared = 'HTTPRoute/shared';
const hated = 'hated.example.com';

const api = 'apiVersion: gateway.networking.k8s.io/v1';
const gatewayClass = `${api}
kind: GatewayClass
metadata: {name: sluice}
spec: {controllerName: sluice.dev/gateway-controller}
`;
const gateway = (name: string, listener = 'port: 8080'): string => `${api}
kind: Gateway
metadata: {name: ${name}, namespace: default}
spec: {gatewayClassName: sluice, listeners: [{name: http, protocol: HTTP, ${listener}}]}
`;
const route = (name: string, target: string): string => `${api}
kind: HTTPRoute
metadata: {name: ${name}, namespace: default}
spec:
  parentRefs: [{name: strict}, {name: lenient}]
  hostnames: [${name}.example.com]
  rules:
    - filters: [{type: RequestRedirect, requestRedirect: {hostname: ${target}.example.com}}]
`;
const routes = [route('other', 'fine'), route('shared', 'hated')];
const both = [gatewayClass, gateway('strict'), gateway('lenient'), ...routes];
const withoutStrict = [gatewayClass, gateway('lenient'), ...routes];

let plane: ControlPlane;
let revision = 0;
let change: (documents: readonly string[]) => void;

beforeEach(async () => {
  const stateOf = (documents: readonly string[]): SourceState => ({
    documents: parseDocuments(documents.join('---\n'), 'policy.yaml', '.').documents,
    problems: [],
    stale: new Map(),
    revision: ++revision,
  });
  let events: SourceEvents | undefined;
  change = (documents) => events?.onChange(stateOf(documents));
  plane = await startControlPlane({
    version: 'test',
    place: inCluster,
    async source(given) {
      events = given;
      const surroundings = { ...secretsOnly(), complete: async () => false };
      return { state: stateOf(both), surroundings, refresh: async () => undefined, close: async () => undefined };
    },
    xds: port,
    admin: port,
    log: silentLogger,
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
  });
});

afterEach(() => plane.close(100));

/** Pods that take everything, but what they hate. They stay connected, as those of a deleted gateway do while they drain. */
function connect(gateway: string, hated?: string) {
  let last: Buffer = Buffer.alloc(0);
  const client = scriptedXdsClient('delta', {
    port: plane.xdsPort,
    acks: true,
    node: { id: gateway, cluster: 'test', metadata: { gateway } },
    refuses(_, bytes) {
      last = bytes;
      return hated !== undefined && bytes.includes(hated) ? text : undefined;
    },
  });
  cleanup(() => client.close());
  client.ask('route', ['0.0.0.0:8080', '0.0.0.0:9090']);
  return { isTold: (what: string) => last.includes(what), leave: () => client.close() };
}

/** What is said of each document, once everything is out. */
const told = (): unknown => {
  const judged = plane.judged();
  return judged?.isPublished === true ? Object.fromEntries(judged.nacks) : 'not published yet';
};
const becomes = (expected: unknown) => expect.poll(told, { timeout: 20_000 }).toEqual(expected);

describe('a gateway that is deleted', () => {
  it('gives back to others what its pods refused, and no longer says so', async () => {
    const pods = connect('lenient');
    await expect.poll(() => pods.isTold(hated)).toBe(true);
    connect('strict', hated);
    await becomes({ [shared]: text });
    expect(pods.isTold(hated)).toBe(false);

    change(withoutStrict);
    await becomes({});
    expect(pods.isTold(hated)).toBe(true);
    expect([...plane.refusals().keys()]).toEqual(['lenient']);
    expect(plane.knownRefusals()).toEqual([]);
  });

  it('is another one when it is made again', async () => {
    connect('lenient');
    const first = connect('strict', hated);
    await becomes({ [shared]: text });
    change(withoutStrict);
    await becomes({});

    first.leave();
    change(both);
    const pods = connect('strict');
    await expect.poll(() => pods.isTold(hated)).toBe(true);
    await becomes({});
  });

  it('is remembered for as long as it is written', async () => {
    connect('strict', hated);
    await becomes({ [shared]: text });
    change([...both, route('more', 'fine')]);
    await becomes({ [shared]: text });
  });
});

describe('a gateway that its pods refuse as it is written', () => {
  const open = `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: open, namespace: default}
spec: {parentRefs: [{name: strict}], rules: [{filters: [{type: RequestRedirect, requestRedirect: {port: 1}}]}]}
`;
  const documents = (listener: string): readonly string[] => [gatewayClass, gateway('strict', listener), open];
  const ports = (): unknown =>
    plane.heldGateways()?.map(({ written, inForce }) => [written, inForce].map(({ spec }) => spec.listeners[0]?.port));

  it('is known with the listeners that they serve, until it is mended', async () => {
    change(documents('port: 8080'));
    connect('strict', hated);
    await becomes({});
    expect(ports()).toEqual([]);

    change(documents(`port: 9090, hostname: ${hated}`));
    await expect.poll(ports, { timeout: 20_000 }).toEqual([[9090, 8080]]);
    await becomes({ 'Gateway/strict': text });

    change(documents('port: 9090, hostname: fine.example.com'));
    await expect.poll(ports, { timeout: 20_000 }).toEqual([]);
  });
});
