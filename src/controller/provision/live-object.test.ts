import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../kube/object.ts';
import { liveObject } from './live-object.ts';

const entry = (more: object = {}) => ({
  manager: 'sluice',
  operation: 'Apply',
  fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:template': {} } },
  ...more,
});

const deployment = (managedFields: readonly object[], ownerReferences: readonly object[] = []): KubeObject =>
  ({
    kind: 'Deployment',
    metadata: { namespace: 'team-a', name: 'edge', uid: 'd1', resourceVersion: '7', managedFields, ownerReferences },
    spec: { replicas: 3 },
  }) as unknown as KubeObject;

const ownFields = (...managedFields: readonly object[]): string => liveObject(deployment(managedFields)).ownFields;

it('changes with the fields that are ours, and with nothing of others', () => {
  const ours = ownFields(entry());
  expect(ours).not.toBe('');
  const scaled = { manager: 'autoscaler', operation: 'Update', subresource: 'scale', fieldsV1: { 'f:spec': {} } };
  expect(ownFields(scaled, entry())).toBe(ours);
  expect(ownFields(entry({ subresource: 'status', fieldsV1: { 'f:status': {} } }), entry())).toBe(ours);
  expect(ownFields(entry({ operation: 'Update', fieldsV1: {} }), entry())).toBe(ours);
  expect(ownFields(entry({ fieldsV1: { 'f:spec': { 'f:template': {} } } }))).not.toBe(ours);
  expect(ownFields(scaled)).toBe('');
});

it('changes with what another replica writes in our name, which leaves the fields ours', () => {
  const at = (time: string): string => ownFields(entry({ time }));
  expect(at('2026-01-01T00:00:00Z')).toBe(at('2026-01-01T00:00:00Z'));
  expect(at('2026-01-01T00:00:01Z')).not.toBe(at('2026-01-01T00:00:00Z'));
});

it('knows how many pods there are to be only while that is ours to say', () => {
  expect(liveObject(deployment([entry()])).ownReplicas).toBe(3);
  expect(liveObject(deployment([entry({ fieldsV1: { 'f:spec': { 'f:template': {} } } })])).ownReplicas).toBeUndefined();
  expect(liveObject(deployment([])).ownReplicas).toBeUndefined();
});

it('knows how many pods are asked for, whoever does, and whether there is to be an address from outside', () => {
  expect(liveObject(deployment([]))).toMatchObject({ replicas: 3, isBalanced: false, clusterIPs: [] });
  const service = (spec: object): KubeObject => ({ kind: 'Service', metadata: { name: 'edge' }, spec });
  expect(liveObject(service({ type: 'LoadBalancer' })).isBalanced).toBe(true);
  expect(liveObject(service({ type: 'ClusterIP', clusterIP: '10.0.0.1' }))).toMatchObject({
    isBalanced: false,
    clusterIPs: ['10.0.0.1'],
  });
});

it('reads the texts of Secrets, and of nothing else', () => {
  const dataOf = (kind: string, data: unknown): unknown => liveObject({ kind, metadata: { name: 'a' }, data }).data;
  const text = Buffer.from('größe').toString('base64');
  expect(dataOf('Secret', { key: text, odd: 5 })).toEqual({ key: 'größe' });
  expect(dataOf('ConfigMap', { key: text })).toEqual({});
  for (const none of [undefined, null, 'text', 5]) expect(dataOf('Secret', none)).toEqual({});
});

it('belongs to the Gateway that controls it, and to none that merely refers to it', () => {
  const owner = (...references: readonly object[]) => liveObject(deployment([], references)).owner;
  expect(owner({ kind: 'Gateway', uid: 'g1', controller: true })).toBe('g1');
  expect(owner({ kind: 'Gateway', uid: 'g1' }, { kind: 'Gateway', uid: 'g2', controller: true })).toBe('g2');
  expect(owner({ kind: 'Gateway', uid: 'g1' }, { kind: 'Deployment', uid: 'd2', controller: true })).toBeUndefined();
});

describe('what was made in our name and nobody controls', () => {
  const labels = { 'app.kubernetes.io/managed-by': 'sluice', 'gateway.networking.k8s.io/gateway-name': 'edge' };
  const { metadata, ...rest } = deployment([entry()]);
  const isAbandoned = (more: object = {}): boolean =>
    liveObject({ ...rest, metadata: { ...metadata, labels, ...more } }).isAbandoned;

  it('is abandoned, whoever refers to it', () => {
    expect(isAbandoned()).toBe(true);
    expect(isAbandoned({ ownerReferences: [{ kind: 'Gateway', uid: 'g1' }] })).toBe(true);
  });

  it.each<[string, object]>([
    ['a Gateway controls it', { ownerReferences: [{ kind: 'Gateway', uid: 'g1', controller: true }] }],
    ['something else controls it', { ownerReferences: [{ kind: 'Deployment', uid: 'd1', controller: true }] }],
    ['somebody else wrote it, with our labels', { managedFields: [entry({ manager: 'kubectl' })] }],
    ['another tool manages it', { labels: { ...labels, 'app.kubernetes.io/managed-by': 'Helm' } }],
    ['it is for no Gateway', { labels: { 'app.kubernetes.io/managed-by': 'sluice' } }],
  ])('is not, where %s', (_, more) => {
    expect(isAbandoned(more)).toBe(false);
  });
});
