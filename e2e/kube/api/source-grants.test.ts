import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noTokens } from '../../../src/controller/credentials/testing/no-tokens.ts';
import { withTokens } from '../../../src/controller/credentials/with-tokens.ts';
import { decideInForce } from '../../../src/controller/in-force.ts';
import { inCluster } from '../../../src/model/build/place.ts';
import type { PolicyDocument } from '../../../src/policy/document.ts';
import { problemText } from '../../../src/policy/testing/problem-text.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { watchedClient } from '../../support/kube-api/proxy.ts';
import { type FollowedSource, followSource, installDefinitions, providerYaml } from '../../support/kube-api/source.ts';
import { gatewayApiFile } from '../../support/kube-gateway-api.ts';

patience();
const cleanup = cleanupsAfterEach();
let server: KubeApiServer;

beforeAll(async () => {
  server = await startApiServer();
  await server.kubectl('apply', '--server-side', '-f', gatewayApiFile());
  await installDefinitions(server);
});
afterAll(() => server?.close());

const vault = `
{apiVersion: v1, kind: Namespace, metadata: {name: team-a}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: vault}}
---
{apiVersion: v1, kind: Secret, metadata: {name: key, namespace: vault}, stringData: {apiKey: one}}
`;

const grant = `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: to-team-a, namespace: vault}
spec:
  from: [{group: sluice.dev, kind: Provider, namespace: team-a}]
  to: [{group: "", kind: Secret, name: key}]
`;

/** What the controller does with every state: builds until nothing is asked for that was not known. */
async function build(followed: FollowedSource): Promise<readonly string[]> {
  const lastGood = new Map<string, PolicyDocument>();
  const surroundings = withTokens(followed.source.surroundings, noTokens);
  let inForce = decideInForce(followed.now().documents, lastGood, surroundings, inCluster);
  while (await surroundings.complete()) {
    inForce = decideInForce(followed.now().documents, lastGood, surroundings, inCluster);
  }
  return inForce.problems.map(problemText);
}

describe('a Secret of another namespace', () => {
  it('is not even read until its own namespace permits it', async () => {
    await server.apply(vault);
    await server.kubectl('delete', 'referencegrant', '--all', '-n', 'vault');
    const credential =
      '{schema: openai, credential: {apiKey: {secretKeyRef: {name: key, key: apiKey, namespace: vault}}}}';
    await server.apply(providerYaml('openai', 'team-a', credential));
    const watched = await watchedClient(server);
    cleanup(() => watched.close());
    const followed = await followSource(watched);
    cleanup(() => followed.source.close());
    expect(followed.source.resource('ReferenceGrant')?.version).toBe('v1beta1');
    expect(followed.source.gatewayApiVersion()).toMatch(/^v1\./);
    const ofSecrets = (): readonly string[] => watched.calls.filter((call) => call.includes('/secrets'));

    const refused = expect.stringContaining('Secret "key" is in namespace "vault", which does not permit it');
    expect(await build(followed)).toContainEqual(refused);
    expect(ofSecrets()).toEqual([]);

    await server.apply(grant);
    await until('the grant is read', () => followed.ids().includes('ReferenceGrant/vault/to-team-a'));
    expect(await build(followed)).toEqual([]);
    expect(ofSecrets()).toContain('GET /api/v1/namespaces/vault/secrets/key');
    const told = followed.states.length;
    await server.kubectl('delete', 'referencegrant', 'to-team-a', '-n', 'vault');
    await until('it is taken back', () => followed.states.length > told);
    expect(await build(followed)).toContainEqual(refused);
  });
});
