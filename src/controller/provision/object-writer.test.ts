import { describe, expect, it } from 'vitest';
import { scriptedObjects } from '../../../e2e/support/scripted-objects.ts';
import { kubeError } from '../../kube/error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { silentLogger } from '../../lib/log.ts';
import { takenText, wantedKey } from './difference.ts';
import { type LiveObject, liveObject } from './live-object.ts';
import { createObjectWriter } from './object-writer.ts';
import type { WantedObject } from './render/render.ts';

const owner = 'gateway-1';

const deployment = (image: string, more: Partial<WantedObject> = {}): WantedObject => {
  const [namespace, name] = ['team-a', 'edge'];
  const metadata = { namespace, name, ownerReferences: [{ kind: 'Gateway', uid: owner, controller: true }] };
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { image } };
  return { kind: 'Deployment', namespace, name, object, ...more } as WantedObject;
};

/** What the watch has of it, with this uid. */
function shownAs(uid: string): LiveObject {
  const ownerReferences = [{ kind: 'Gateway', uid: owner, controller: true }];
  const metadata = { namespace: 'team-a', name: 'edge', uid, resourceVersion: '1', ownerReferences };
  return liveObject({ kind: 'Deployment', metadata });
}

/** A writer that may write so often, then another replica may. `shown`: what the watch has; `live`: what the server has. */
function writing(leadsFor = Number.POSITIVE_INFINITY, shown?: LiveObject | 'live') {
  const server = scriptedObjects();
  const clock = { ms: 0 };
  const bodies: unknown[] = [];
  const preconditions: unknown[] = [];
  let left = leadsFor;
  const writer = createObjectWriter({
    client: {
      ...server.client,
      apply(ref, body, options) {
        bodies.push((body as { readonly spec?: unknown }).spec);
        return server.client.apply(ref, body, options);
      },
      delete(ref, options) {
        preconditions.push(options);
        return server.client.delete(ref, options);
      },
    },
    live: { get: () => (shown === 'live' ? onlyOneOf(server.objects) : shown) },
    random: () => 1,
    isLeader: () => left-- > 0,
    log: silentLogger,
    now: () => clock.ms,
  });
  return { server, writer, bodies, preconditions, clock };
}

function onlyOneOf(objects: ReadonlyMap<string, KubeObject>): LiveObject | undefined {
  const [object] = objects.values();
  return object && liveObject(object);
}

describe('createObjectWriter()', () => {
  it('writes once what a watch never shows, and again when it has been told to forget', async () => {
    const { server, writer } = writing();
    const wanted = [deployment('one')];
    expect(await writer.write(wanted, owner)).toBeUndefined();
    expect(await writer.write(wanted, owner)).toBeUndefined();
    expect(server.calls()).toEqual([
      'GET deployments team-a/edge',
      'APPLY deployments team-a/edge',
      'GET deployments team-a/edge',
    ]);
    writer.forget();
    await writer.write(wanted, owner);
    expect(server.calls()).toContain('APPLY deployments team-a/edge');
  });

  it('knows nothing of what is not wanted any more', async () => {
    const { server, writer } = writing();
    const wanted = deployment('one');
    await writer.write([wanted], owner);
    server.calls();
    writer.keepOnly(new Set([wantedKey(wanted)]));
    await writer.write([wanted], owner);
    expect(server.calls()).toEqual(['GET deployments team-a/edge']);
    writer.keepOnly(new Set());
    await writer.write([wanted], owner);
    expect(server.calls()).toContain('APPLY deployments team-a/edge');
  });

  it('begins a new object with the pods that an autoscaler takes over, and only a new one', async () => {
    const { server, writer } = writing();
    await writer.write([deployment('one', { firstReplicas: 2 })], owner);
    expect(server.calls()).toContain('APPLY as sluice-replicas deployments team-a/edge');
    await writer.write([deployment('two', { firstReplicas: 2 })], owner);
    expect(server.calls()).toEqual(['GET deployments team-a/edge', 'APPLY deployments team-a/edge']);
  });

  it('keeps the number of pods where an autoscaler comes in the place of a fixed one', async () => {
    const before = liveObject({
      kind: 'Deployment',
      metadata: {
        ...{ namespace: 'team-a', name: 'edge', uid: 'uid-1', resourceVersion: '1' },
        ownerReferences: [{ kind: 'Gateway', uid: owner, controller: true }],
        managedFields: [{ manager: 'sluice', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }],
      },
      spec: { replicas: 7 },
    } as unknown as KubeObject);
    const { server, writer, bodies } = writing(undefined, before);
    server.create('/apis/apps/v1/namespaces/team-a/deployments/edge', {
      metadata: { namespace: 'team-a', name: 'edge' },
    });
    await writer.write([deployment('one', { firstReplicas: 2 })], owner);
    // First in the other name: given up by its only owner the field would fall back to one.
    expect(server.calls()).toEqual([
      'APPLY as sluice-replicas deployments team-a/edge',
      'APPLY deployments team-a/edge',
    ]);
    expect(bodies).toEqual([{ replicas: 7 }, { image: 'one' }]);
  });

  it('makes nothing while nobody can say whether something of that name is there', async () => {
    const { server, writer } = writing();
    server.fail(() => kubeError(503, 'ServiceUnavailable', 'gone'));
    expect(await writer.write([deployment('one')], owner)).toEqual({
      error: 'Deployment team-a/edge: ServiceUnavailable (503): gone',
    });
    expect(server.calls()).toEqual(['GET deployments team-a/edge']);
  });

  it('takes back what is there under its name without an owner, before any watch has shown it', async () => {
    const { server, writer } = writing();
    const { object, ...ref } = deployment('one');
    const annotations = { 'sluice.dev/controller-name': 'ours' };
    const labels = { 'app.kubernetes.io/managed-by': 'sluice', 'gateway.networking.k8s.io/gateway-name': 'edge' };
    const { namespace, name } = ref;
    server.create('/apis/apps/v1/namespaces/team-a/deployments/edge', {
      metadata: { namespace, name, labels, annotations },
    });
    const wanted = { ...ref, object: { ...object, metadata: { ...(object.metadata as object), annotations } } };
    expect(await writer.write([wanted], owner)).toBeUndefined();
    expect(server.calls()).toEqual(['GET deployments team-a/edge', 'APPLY deployments team-a/edge']);
  });

  it('removes the very object that it has seen, and not what has come in its place', async () => {
    const { server, writer, preconditions } = writing();
    const made = server.create('/apis/apps/v1/namespaces/team-a/deployments/edge', {
      metadata: { namespace: 'team-a', name: 'edge' },
    });
    await writer.remove({ of: 'Deployment', live: liveObject({ ...made, kind: 'Deployment' }) });
    expect(server.calls()).toEqual(['DELETE deployments team-a/edge']);
    expect(preconditions).toEqual([{ uid: made.metadata.uid }]);
  });

  it('writes nothing once another replica leads, though it has asked whether it may', async () => {
    const { server, writer } = writing(0);
    await writer.write([deployment('one', { firstReplicas: 2 })], owner);
    expect(server.calls()).toEqual(['GET deployments team-a/edge']);
    server.create('/apis/apps/v1/namespaces/team-a/deployments/edge', {
      metadata: { namespace: 'team-a', name: 'edge' },
    });
    const [there] = server.objects.values();
    if (there === undefined) throw new Error('nothing was made');
    await writer.remove({ of: 'Deployment', live: liveObject({ ...there, kind: 'Deployment' }) });
    expect(server.calls()).toEqual([]);
  });

  it('does not send what was refused again at once, unless it is another', async () => {
    const { server, writer, clock } = writing();
    server.fail((call) => (call.startsWith('APPLY') ? kubeError(422, 'Invalid', 'no such image') : undefined));
    const wanted = deployment('one');
    const failure = await writer.write([wanted], owner);
    expect(server.calls()).toHaveLength(2);
    clock.ms += 4_999;
    expect(await writer.write([wanted], owner)).toBe(failure);
    expect(server.calls()).toEqual([]);
    await writer.write([deployment('two')], owner);
    expect(server.calls()).toHaveLength(2);
    clock.ms += 5_000;
    server.fail(() => undefined);
    expect(await writer.write([deployment('two')], owner)).toBeUndefined();
    expect(server.calls()).toHaveLength(2);
  });

  it('says the first of several errors, and what the API server read and did not take', async () => {
    const { server, writer } = writing();
    server.fail((call) => {
      if (call === 'APPLY deployments team-a/edge') return kubeError(422, 'Invalid', 'no such image');
      return call.startsWith('APPLY') ? kubeError(503, 'ServiceUnavailable', 'gone') : undefined;
    });
    const wanted = [deployment('one'), deployment('one', { name: 'other' })];
    expect(await writer.write(wanted, owner)).toEqual({
      error: 'Deployment team-a/edge: Invalid (422): no such image',
      refused: wanted[0],
    });
    expect(await writer.write(wanted.slice(1), owner)).toEqual({
      error: 'Deployment team-a/other: ServiceUnavailable (503): gone',
    });
  });

  it.each([
    ['somebody else’s', { labels: {} }, 'GET'],
    ['the Gateway’s, made anew', { ownerReferences: [{ kind: 'Gateway', uid: owner, controller: true }] }, 'GET APPLY'],
    ['nobody’s: nothing is there any more', undefined, 'GET APPLY APPLY'],
  ])(
    'writes to the very object that its watch shows, not to one that has its name since: %s',
    async (_, next, then) => {
      const { server, writer, bodies } = writing(undefined, shownAs('before'));
      const path = '/apis/apps/v1/namespaces/team-a/deployments/edge';
      if (next !== undefined) server.create(path, { metadata: { namespace: 'team-a', name: 'edge', ...next } });
      const wanted = deployment('one', { firstReplicas: 2 });
      const failure = await writer.write([wanted], owner);
      const verbs = server.calls().map((call) => call.split(' ')[0]);
      expect(verbs).toEqual(['APPLY', ...then.split(' ')]);
      const isTheirs = then === 'GET';
      expect(failure).toEqual(isTheirs ? { error: takenText(wanted) } : undefined);
      expect(server.objects.get(path)?.spec).toEqual(isTheirs ? undefined : { image: 'one' });
      expect(bodies.at(-1)).toEqual(then.endsWith('APPLY APPLY') ? { replicas: 2 } : { image: 'one' });
    },
  );

  it('gives up for now what comes and goes under its name', async () => {
    const { server, writer } = writing();
    server.create('/apis/apps/v1/namespaces/team-a/deployments/edge', {
      metadata: {
        ...{ namespace: 'team-a', name: 'edge' },
        ownerReferences: [{ kind: 'Gateway', uid: owner, controller: true }],
      },
    });
    const sent: unknown[] = [];
    server.fail((call, body) => {
      if (!call.startsWith('APPLY')) return undefined;
      sent.push((body as { readonly metadata?: unknown }).metadata);
      return kubeError(409, 'Conflict', 'uid mismatch');
    });
    expect(await writer.write([deployment('one')], owner)).toMatchObject({
      error: 'Deployment team-a/edge: Conflict (409): uid mismatch',
    });
    expect(sent).toEqual([{ ...(deployment('one').object.metadata as object), uid: 'uid-1' }]);
    expect(server.calls()).toHaveLength(2);
  });

  it('takes what the API server says of fields for a refusal, not for another object', async () => {
    const { server, writer } = writing(undefined, shownAs('uid-1'));
    server.create('/apis/apps/v1/namespaces/team-a/deployments/edge', {
      metadata: { namespace: 'team-a', name: 'edge' },
    });
    const text = 'metadata.ownerReferences[0].uid: Invalid value';
    server.fail((call) => (call.startsWith('APPLY') ? kubeError(422, 'Invalid', text) : undefined));
    const wanted = deployment('one');
    expect(await writer.write([wanted], owner)).toEqual({
      error: `Deployment team-a/edge: Invalid (422): ${text}`,
      refused: wanted,
    });
    expect(server.calls()).toEqual(['APPLY deployments team-a/edge']);
  });

  it('takes the ports of a Service back, where somebody has given one of them another number', async () => {
    const { server, writer } = writing(undefined, shownAs('uid-1'));
    const path = '/api/v1/namespaces/team-a/services/edge';
    server.create(path, { metadata: { namespace: 'team-a', name: 'edge' } });
    const text = 'spec.ports[1].name: Duplicate value: "http"';
    let isTheirs = true;
    const bodies: unknown[] = [];
    server.fail((call, body) => {
      if (call.startsWith('PATCH')) {
        bodies.push(body);
        isTheirs = false;
      }
      return isTheirs && call.startsWith('APPLY') ? kubeError(422, 'Invalid', text) : undefined;
    });
    const ports = [{ name: 'http', port: 80 }];
    const wanted = deployment('one', { kind: 'Service' });
    const service = { ...wanted, object: { ...wanted.object, kind: 'Service', spec: { ports, type: 'ClusterIP' } } };
    expect(await writer.write([service], owner)).toBeUndefined();
    expect(server.calls()).toEqual(['APPLY', 'PATCH', 'APPLY'].map((verb) => `${verb} services team-a/edge`));
    expect(bodies).toEqual([{ metadata: { uid: 'uid-1' }, spec: { ports } }]);
    expect(server.objects.get(path)?.spec).toEqual({ ports, type: 'ClusterIP' });
  });

  it('says why ports are refused that are its own', async () => {
    const { server, writer } = writing(undefined, shownAs('uid-1'));
    server.create('/api/v1/namespaces/team-a/services/edge', { metadata: { namespace: 'team-a', name: 'edge' } });
    const text = 'spec.ports[0].nodePort: Invalid value: 80';
    server.fail(() => kubeError(422, 'Invalid', text));
    const wanted = deployment('one', { kind: 'Service' });
    const error = `Service team-a/edge: Invalid (422): ${text}`;
    expect(await writer.write([wanted], owner)).toEqual({ error, refused: wanted });
    expect(server.calls()).toEqual(['APPLY', 'PATCH'].map((verb) => `${verb} services team-a/edge`));
  });

  it('takes back at once what somebody else has changed, and later where they go on with it', async () => {
    const { server, writer, clock } = writing(undefined, 'live');
    const wanted = [deployment('one')];
    const path = '/apis/apps/v1/namespaces/team-a/deployments/edge';
    await writer.write(wanted, owner);
    const isTakenBackAfter = async (ms: number): Promise<boolean> => {
      if (ms === 0) server.change(path, { spec: { image: 'theirs' } }, true);
      clock.ms += ms;
      server.calls();
      expect(await writer.write(wanted, owner)).toBeUndefined();
      return server.calls().includes('APPLY deployments team-a/edge');
    };
    expect([await isTakenBackAfter(0), await isTakenBackAfter(0), await isTakenBackAfter(0)]).toEqual([
      true,
      true,
      false,
    ]);
    expect(writer.isLeavingAlone()).toBe(true);
    expect([await isTakenBackAfter(1_999), await isTakenBackAfter(1)]).toEqual([false, true]);
    // What is wanted is something else: that is not what they quarrel about.
    server.change(path, { spec: { image: 'theirs' } }, true);
    await writer.write([deployment('two')], owner);
    expect(server.objects.get(path)?.spec).toEqual({ image: 'two' });
  });

  it('leaves alone what somebody else has under its name', async () => {
    const theirs = { namespace: 'team-a', name: 'edge', uid: 'uid-1', resourceVersion: '1' };
    const { server, writer } = writing(undefined, liveObject({ kind: 'Deployment', metadata: theirs } as KubeObject));
    const wanted = deployment('one');
    expect(await writer.write([wanted], owner)).toEqual({ error: takenText(wanted) });
    expect(server.calls()).toEqual([]);
  });

  it('sends what was refused at once when another replica may have written meanwhile', async () => {
    const { server, writer } = writing();
    server.fail((call) => (call.startsWith('APPLY') ? kubeError(422, 'Invalid', 'no such image') : undefined));
    await writer.write([deployment('one')], owner);
    server.fail(() => undefined);
    writer.forget();
    expect(await writer.write([deployment('one')], owner)).toBeUndefined();
    expect([...server.objects.keys()]).toHaveLength(1);
  });
});
