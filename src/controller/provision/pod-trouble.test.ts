import { expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import { liveObject } from './live-object.ts';
import { podTrouble } from './pod-trouble.ts';

const where = 'kubectl -n team-a describe pods -l gateway.networking.k8s.io/gateway-name=edge says why.';

function troubleWith(status: object | undefined, replicas = 2) {
  const metadata = { name: 'edge', namespace: 'team-a' };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { replicas }, status };
  return podTrouble(liveObject(object as unknown as KubeObject));
}

const condition = (type: string, status: string, more: object = {}) => ({ conditions: [{ type, status, ...more }] });
const late = condition('Progressing', 'False', {
  reason: 'ProgressDeadlineExceeded',
  message: 'ReplicaSet "edge-1" has timed out progressing.',
});

const forbidden = 'pods "edge-1" is forbidden: exceeded quota: pods';
const refused = condition('ReplicaFailure', 'True', { message: forbidden });
const paused = condition('Progressing', 'Unknown', { reason: 'DeploymentPaused' });

it.each([
  ['cannot be made', { replicas: 1, readyReplicas: 1, ...refused }, `Pods cannot be made: ${forbidden}`],
  [
    'are late, and others run',
    { replicas: 3, readyReplicas: 2, ...late },
    /^New pods do not .*timed out progressing\. k/,
  ],
  [
    'are late',
    { replicas: 2, ...late },
    `New pods do not become ready: ReplicaSet "edge-1" has timed out progressing. ${where}`,
  ],
  ['are not replaced', { replicas: 2, readyReplicas: 2, ...paused }, /is paused/],
])('of pods that %s it says what the Deployment says', (_, status, text) => {
  expect(troubleWith(status)).toEqual({ isLasting: true, text: expect.stringMatching(text) });
});

it('knows that somebody wants no pod', () => {
  expect(troubleWith({}, 0)).toEqual({ isLasting: true, text: 'Its Deployment edge is scaled to 0 pods.' });
});

it('says where to look while no pod is ready, which may just take its time', () => {
  expect(troubleWith({ replicas: 2 })).toEqual({
    isLasting: false,
    text: `Its pods are not ready; if that lasts, ${where}`,
  });
});

it.each([
  ['all is well', { replicas: 2, readyReplicas: 2, ...condition('Progressing', 'True') }],
  ['a rollout goes on', { replicas: 3, readyReplicas: 2, ...condition('Progressing', 'True') }],
  ['pods could be made again', condition('ReplicaFailure', 'False', { message: forbidden })],
  ['nobody has looked at it', undefined],
])('has nothing to say while %s', (_, status) => {
  expect(troubleWith(status)).toBeUndefined();
});
