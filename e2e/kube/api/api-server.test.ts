import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { untilServed } from '../../support/kube-api/served-kinds.ts';
import { gatewayApiFile } from '../../support/kube-gateway-api.ts';

patience();
const cleanup = cleanupsAfterEach();

const configMap = (name: string) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: ${name} }
data: { said: "yes" }
`;

describe('startApiServer()', () => {
  it('keeps what was stored when the server ends and starts again, and leaves nothing when closed', async () => {
    const server = await startApiServer();
    cleanup(() => server.close());
    await server.apply(configMap('kept'));
    await server.stopServer();
    await expect(server.kubectl('get', 'configmap', 'kept', '--request-timeout=2s')).rejects.toThrow('refused');
    await server.startServer();
    expect(await server.kubectl('get', 'configmap', 'kept', '-o', 'jsonpath={.data.said}')).toBe('yes');
    await server.close();
    expect(existsSync(server.kubeconfig)).toBe(false);
    await expect(fetch(server.url)).rejects.toThrow();
  });

  it('says everything that kubectl said when it fails', async () => {
    const server = await startApiServer();
    cleanup(() => server.close());
    await expect(server.apply('apiVersion: v1\nkind: Nothing\nmetadata: { name: none }')).rejects.toThrow(
      /^kubectl .*apply .*\nended with status 1\n.*no matches for kind "Nothing"/s,
    );
  });

  it('takes the definitions of the Gateway API', async () => {
    const server = await startApiServer();
    cleanup(() => server.close());
    await server.kubectl('apply', '--server-side', '-f', gatewayApiFile());
    await untilServed(server);
    const names = () => server.kubectl('api-resources', '--api-group=gateway.networking.k8s.io', '-o', 'name');
    await until('they are known', async () => (await names()).includes('gateways.gateway.networking.k8s.io'));
  });

  it('runs controllers on request, which delete what has lost its owner', async () => {
    const server = await startApiServer({ withControllers: true });
    cleanup(() => server.close());
    await server.apply(configMap('owner'));
    const uid = await server.kubectl('get', 'configmap', 'owner', '-o', 'jsonpath={.metadata.uid}');
    await server.apply(
      configMap('owned').replace(
        '{ name: owned }',
        `{ name: owned, ownerReferences: [{ apiVersion: v1, kind: ConfigMap, name: owner, uid: ${uid} }] }`,
      ),
    );
    await server.kubectl('delete', 'configmap', 'owner');
    await until(
      'the owned object is gone',
      async () => !(await server.kubectl('get', 'configmaps', '-o', 'name')).includes('/owned'),
    );
  });
});
