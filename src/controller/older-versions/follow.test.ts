import { expect, it, onTestFinished } from 'vitest';
import { fakeCluster } from '../sources/kubernetes/testing/fake-cluster.ts';
import { followVersions } from './follow.ts';
import { textOf } from './secret.ts';

const refused = { gateway: 'g', typeUrl: 't', name: 'r', version: '1', text: 'no', by: ['envoy/1'], documents: {} };
const secrets = '/api/v1/namespaces/sluice-system/secrets';

it('tells what the Secret says, and says next, and that it is gone', async () => {
  const cluster = fakeCluster();
  const put = (...all: readonly (typeof refused)[]) => {
    const versions = Buffer.from(textOf({ objects: [], refused: all }).text).toString('base64');
    const metadata = { name: 'sluice-older-versions', namespace: 'sluice-system' };
    cluster.put(secrets, { metadata, data: { versions } });
  };
  put(refused);
  const told: (readonly string[] | undefined)[] = [];
  const follower = followVersions({
    client: cluster.client,
    namespace: 'sluice-system',
    name: 'sluice-older-versions',
    onVersions: (stored) => told.push(stored?.refused.map(({ name }) => name)),
    onError: (error) => expect(error).toBeUndefined(),
  });
  onTestFinished(() => follower.close());
  await expect.poll(() => told).toEqual([['r']]);
  await expect.poll(() => cluster.calls).toContain(`WATCH ${secrets}`);
  put();
  await expect.poll(() => told).toEqual([['r'], []]);
  cluster.remove(secrets, 'sluice-older-versions');
  await expect.poll(() => told).toEqual([['r'], [], undefined]);
});
