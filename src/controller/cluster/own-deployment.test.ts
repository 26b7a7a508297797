import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../../kube/client.ts';
import { kubeError } from '../../kube/error.ts';
import { err, ok } from '../../lib/result.ts';
import { ownDeployment } from './own-deployment.ts';

const answering = (answer: Awaited<ReturnType<KubeClient['get']>>): Pick<KubeClient, 'get'> => ({
  get: async () => answer,
});

describe('ownDeployment()', () => {
  it('is the very one, not one that has its name later', async () => {
    const client = answering(ok({ metadata: { name: 'controller', uid: 'a-1' } }));
    expect(await ownDeployment(client, 'sluice-system', 'controller')).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      name: 'controller',
      uid: 'a-1',
    });
  });

  it('is nothing where it may not be read', async () => {
    const client = answering(err(kubeError(403, 'Forbidden', 'not you')));
    expect(await ownDeployment(client, 'sluice-system', 'controller')).toBeUndefined();
  });
});
