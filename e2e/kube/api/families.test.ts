import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { liveObject } from '../../../src/controller/provision/live-object.ts';
import type { LiveObjects } from '../../../src/controller/provision/live-objects.ts';
import { provisionedState } from '../../../src/controller/provision/provisioned-state.ts';
import { render } from '../../../src/controller/provision/render/render.ts';
import { familiesOf } from '../../../src/lib/address-families.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience } from '../../support/kube-api/patience.ts';

patience();
let server: KubeApiServer;
beforeAll(async () => {
  server = await startApiServer({ flags: ['--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112'] });
});
afterAll(() => server?.close());

const text = `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge}
spec: {gatewayClassName: sluice-egress, listeners: [{name: http, port: 80, protocol: HTTP}]}
`;

describe('a Gateway in a cluster of both families', () => {
  it('has a Service with an address of each, and both in its status', async () => {
    const [document] = parseDocuments(text, 'gateway.yaml', '.').documents;
    if (document?.kind !== 'Gateway') throw new Error('no Gateway');
    const gateway = { ...document, uid: '7f0c8d1e-0000-4000-8000-000000000001' };
    const image = { registry: '', repository: 'image', tag: '1' };
    const rendered = render({
      gateway,
      settings: {
        controllerName: 'sluice.dev/gateway-controller',
        images: { envoy: image, processor: image },
        pullSecrets: [],
        families: familiesOf('10.0.0.7,fd00::7'),
        xds: { host: 'controller.sluice-system.svc', port: 18_000 },
      },
    });
    if (!rendered.ok) throw new Error(rendered.error);
    const service = rendered.value.find(({ kind }) => kind === 'Service');
    await server.apply(JSON.stringify(service?.object));
    const stored = JSON.parse(await server.kubectl('get', 'service', 'edge', '--output', 'json'));
    expect(stored.spec.ipFamilies).toEqual(['IPv4', 'IPv6']);
    const live = {
      hasSynced: () => true,
      get: (kind: string) => (kind === 'Service' ? liveObject(stored) : undefined),
    };
    expect(provisionedState(gateway, live as unknown as LiveObjects, undefined).addresses).toEqual([
      { type: 'IPAddress', value: expect.stringMatching(/^10\.96\./) },
      { type: 'IPAddress', value: expect.stringMatching(/^fd00:10:96::/) },
    ]);
  });
});
