import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertificate } from '../../../src/practice/testing/certificate.ts';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import { type GatewaySite, startGatewaySite } from '../../support/kube-api/gateway-site.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { freePort } from '../../support/ports.ts';
import { rawRequest } from '../../support/raw-request.ts';

/*
 * A Gateway with listeners of which an egress pod refuses one: it says so of that one, and the others are served.
 */

patience();
let site: GatewaySite;
let controller: ControllerProcess;
let securePort: number;

beforeAll(async () => {
  site = await startGatewaySite();
  securePort = await freePort();
  // One that was right before would serve on as it was.
  await site.server.kubectl('delete', 'gateway', 'test');
  await site.server.apply(gateway(false));
  controller = await site.startController();
  await site.startEgress(controller);
});

afterAll(() => site?.close());

/** A certificate, whose key is that of another one unless it is said to fit. */
const secretNamed = (name: string, fits = true): string => {
  const { cert, key } = createCertificate();
  const data = { 'tls.crt': cert, 'tls.key': fits ? key : createCertificate().key };
  return `
apiVersion: v1
kind: Secret
metadata: { name: ${name}, namespace: default }
type: kubernetes.io/tls
stringData: ${JSON.stringify(data)}
`;
};

const gateway = (fits: boolean): string => `${secretNamed('tls', fits)}---${gatewayWith(site.port, 'tls')}`;

const gatewayWith = (port: number, secret: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: { name: test, namespace: default }
spec:
  gatewayClassName: sluice-egress
  listeners:
    - { name: http, port: ${port}, protocol: HTTP }
    - { name: https, port: ${securePort}, protocol: HTTPS, tls: { certificateRefs: [{ name: ${secret} }] } }
`;

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly message: string;
}

interface Told {
  readonly conditions?: readonly Condition[];
  readonly listeners?: readonly { readonly name: string; readonly conditions: readonly Condition[] }[];
}

async function programmed(): Promise<Readonly<Record<string, Condition | undefined>>> {
  const { status = {} } = JSON.parse(await site.server.kubectl('get', 'gateway', 'test', '-o', 'json')) as {
    readonly status?: Told;
  };
  const of = (conditions: readonly Condition[] = []) => conditions.find(({ type }) => type === 'Programmed');
  const { conditions, listeners = [] } = status;
  return { gateway: of(conditions), ...Object.fromEntries(listeners.map((each) => [each.name, of(each.conditions)])) };
}

async function says(expected: Readonly<Record<string, string>>): Promise<void> {
  let seen: unknown;
  await until(
    JSON.stringify(expected),
    async () => {
      const now = await programmed();
      seen = now;
      return Object.entries(expected).every(([name, status]) => now[name]?.status === status);
    },
    { seen: () => `${JSON.stringify(seen)}\n${controller.log()}` },
  );
}

const answers = async (port = site.port): Promise<unknown> =>
  (await rawRequest(port, { method: 'GET', path: '/v1/models' }).catch(() => undefined))?.status;

describe('a listener whose certificate a pod refuses', () => {
  it('is not programmed, and the plain one is', async () => {
    await until('the pod has refused it', () => controller.log().includes('refused by a client'));
    await until('the plain one answers', async () => (await answers()) === 401);
    await says({ http: 'True', https: 'False' });
  });

  it('is programmed as soon as its certificate is right', async () => {
    await site.server.apply(gateway(true));
    await says({ http: 'True', https: 'True' });
    expect((await programmed()).https?.message).not.toContain('refused');
  });

  it('stays on its port with what it had, and says that the new one is refused', async () => {
    await site.server.apply(gateway(false));
    await says({ http: 'True', https: 'False' });
    expect(await answers()).toBe(401);
  });
});

/** What the secure port shows; nothing, where nobody speaks TLS. */
const shown = (): Promise<string | undefined> =>
  new Promise((resolve) => {
    const socket = connect({ port: securePort, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
  });

describe('a listener whose certificate is not there', () => {
  it('shows on what it had, and the plain one moves as it is written', async () => {
    await site.server.apply(gateway(true));
    await says({ http: 'True', https: 'True' });
    const before = await shown();
    expect(before).toBeDefined();
    const moved = await freePort();
    await site.server.apply(gatewayWith(moved, 'late'));
    await until('the plain one answers on its new port', async () => (await answers(moved)) === 401, {
      seen: controller.log,
    });
    await says({ gateway: 'True', http: 'True', https: 'False' });
    expect((await programmed()).https?.message).toContain('Certificates that it had before, if any, stay.');
    expect(await shown()).toBe(before);
  });

  it('shows the one that is written as soon as it is there', async () => {
    const before = await shown();
    await site.server.apply(secretNamed('late'));
    await says({ gateway: 'True', http: 'True', https: 'True' });
    await until('it shows the other one', async () => ![undefined, before].includes(await shown()));
  });
});
