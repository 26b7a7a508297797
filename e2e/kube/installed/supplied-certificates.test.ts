import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { caller } from '../../support/caller.ts';
import { type Authority, type Certificate, createAuthority } from '../../support/certificates.ts';
import { openCluster } from '../../support/kube-installed/cluster.ts';
import { egressPods } from '../../support/kube-installed/egress-pods.ts';
import {
  bringSluice,
  chartValues,
  dataplane,
  helmUpgrade,
  rollout,
  system,
  type Values,
  whenReady,
} from '../../support/kube-installed/sluice.ts';
import { forwardEgress, openStage, practiceProvider, type Stage } from '../../support/kube-installed/stage.ts';
import { model } from '../../support/policy-documents.ts';
import { until } from '../../support/until.ts';

/** Certificates between controller and pods that come from somebody else: two Secrets that the chart is told of. */
const cluster = openCluster();
const [ofServer, ofClients] = ['xds-server', 'xds-client'] as const;
let stage: Stage;

beforeAll(async () => {
  await bringSluice(cluster);
  stage = await openStage(cluster, 'supplied');
}, 300_000);

afterAll(async () => {
  await stage?.close();
  await bringSluice(cluster);
  await egressPods(cluster, 2);
  await cluster.kubectl(['--namespace', system, 'delete', 'secret', ofServer, '--ignore-not-found']);
  await cluster.kubectl(['--namespace', dataplane, 'delete', 'secret', ofClients, '--ignore-not-found']);
}, 300_000);

function secret(namespace: string, name: string, authority: Authority, own: Certificate): string {
  const stringData = { 'tls.crt': own.certificate, 'tls.key': own.privateKey, 'ca.crt': authority.certificate };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, stringData });
}

describe('certificates that are supplied', () => {
  it('are those between the controller and the pods, which serve as before', { timeout: 300_000 }, async () => {
    const authority = createAuthority('supplied');
    await cluster.apply(secret(system, ofServer, authority, authority.issue(`controller.${system}.svc`)));
    await cluster.apply(secret(dataplane, ofClients, authority, authority.issue()));
    const values = chartValues(cluster);
    const tls = { mode: 'supplied', secretName: ofServer, clientSecretName: ofClients };
    await helmUpgrade(cluster, { ...values, controller: { ...(values.controller as Values), xds: { tls } } });
    await until('pods are made with the Secret', async () => (await secretsOfPods()).includes(ofClients), {
      limitMs: 60_000,
    });
    // A pod is ready only when it has reached the controller, and the old ones end only then.
    await rollout(cluster, dataplane, 'deployment/egress');
    await egressPods(cluster, 2);
    await whenReady(cluster);
    await stage.apply(practiceProvider('first'), model('supplied-small', ['first/upstream']));
    await stage.programmed('model/supplied-small');
    const egress = await forwardEgress(cluster);
    try {
      const answer = await caller(() => `http://127.0.0.1:${egress.port}`, stage.secret)({ model: 'supplied-small' });
      expect(answer.status).toBe(200);
    } finally {
      await egress.stop();
    }
  });
});

const secretsOfPods = (): Promise<string> =>
  cluster.kubectl([
    ...['--namespace', dataplane, 'get', 'deployment/egress'],
    ...['--output', 'jsonpath={.spec.template.spec.volumes[*].secret.secretName}'],
  ]);
