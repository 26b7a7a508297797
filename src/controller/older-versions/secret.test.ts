import { describe, expect, it } from 'vitest';
import { kubeError } from '../../kube/error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { err, ok } from '../../lib/result.ts';
import type { RefusedVersion } from '../rollout/refused-version.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';
import { textOf, versionsSecret } from './secret.ts';

const place = 'sluice-system/sluice-older-versions';

function budget(name: string, note = '', resourceVersion = '7'): KindObject {
  const creationTimestamp = '2026-01-01T00:00:00Z';
  const metadata = { name, namespace: 'team-a', uid: `uid-${name}`, generation: 2, creationTimestamp, resourceVersion };
  return { kind: 'Budget', object: { metadata, spec: { note }, status: { conditions: [] } } };
}

/** An API server with one Secret, or none. */
function serverWith(data: unknown = {}, refusal?: number) {
  const patches: unknown[] = [];
  const secret: KubeObject = { metadata: { name: 'sluice-older-versions', resourceVersion: '41' }, data };
  const secretOf = versionsSecret(
    {
      async get() {
        return data === null ? err(kubeError(404, 'NotFound', 'not found')) : ok(secret);
      },
      async patch(_, patch) {
        patches.push(patch);
        return refusal === undefined ? ok(secret) : err(kubeError(refusal, 'Conflict', 'changed'));
      },
    },
    'sluice-system',
    'sluice-older-versions',
  );
  return { secret: secretOf, patches };
}

const refused: RefusedVersion = {
  gateway: 'sluice-dataplane/egress',
  typeUrl: 'type.googleapis.com/Cluster',
  name: 'p',
  version: 'v2',
  text: 'no',
  by: ['envoy/1.40.0'],
  documents: { 'Provider/a': 'h1', 'Provider/b': 'h2' },
};

function textOfAll(objects: readonly KindObject[], ...all: readonly RefusedVersion[]) {
  return textOf({ objects, refused: all });
}

describe('textOf()', () => {
  it('is the same whatever the order, and whatever of an object differs between replicas', () => {
    const { text } = textOfAll([budget('a'), budget('b')], refused);
    const again = { ...refused, documents: { 'Provider/b': 'h2', 'Provider/a': 'h1' } };
    expect(textOfAll([budget('b', '', '8'), budget('a', '', '9')], again).text).toBe(text);
    expect(text).not.toContain('resourceVersion');
    expect(text).not.toContain('conditions');
    expect(text).toContain('uid-a');
    expect(text).toContain('"creationTimestamp":"2026-01-01T00:00:00Z"');
  });

  it('leaves out the largest ones where not all of them fit', () => {
    const [a, b, c] = [budget('a', 'x'.repeat(600_000)), budget('b'), budget('c', 'x'.repeat(200_000))];
    const { text, leftOut } = textOfAll([a, b, c]);
    expect(leftOut).toBe(1);
    expect(text.length).toBeLessThan(700_000);
    expect(text.split('\n').map((line) => JSON.parse(line).object.metadata.name)).toEqual(['b', 'c']);
  });
});

describe('versionsSecret()', () => {
  it('reads what it has written', async () => {
    const { secret, patches } = serverWith();
    const empty = await secret.read();
    if (!empty.ok) throw new Error(empty.error.message);
    expect(empty.value).toMatchObject({ objects: [], refused: [], text: '' });
    const suspect = { ...refused, name: 'q', isSuspect: true };
    const { text } = textOfAll([budget('a'), budget('b')], refused, suspect);
    expect(await secret.write(text, empty.value)).toEqual(ok('written'));
    const [written] = patches as { readonly metadata: unknown; readonly data: unknown }[];
    expect(written?.metadata).toEqual({ resourceVersion: '41' });
    const again = await serverWith(written?.data).secret.read();
    expect(again.ok && again.value.text).toBe(text);
    expect(again.ok && again.value.refused).toEqual([refused, suspect]);
    expect(again.ok && again.value.objects.map(({ kind, object }) => [kind, object.metadata.uid])).toEqual([
      ['Budget', 'uid-a'],
      ['Budget', 'uid-b'],
    ]);
  });

  it('passes over what it does not know', async () => {
    const lines = [
      '{"kind":"Later","object":{"metadata":{"name":"a"}}}',
      'half of a li',
      '{"refused":{"name":"a"}}',
      JSON.stringify(budget('a')),
    ];
    const versions = Buffer.from(lines.join('\n')).toString('base64');
    const read = await serverWith({ versions }).secret.read();
    expect(read.ok && read.value.objects.map(({ object }) => object.metadata.name)).toEqual(['a']);
    expect(read.ok && read.value.refused).toEqual([]);
  });

  it('says that another replica was faster', async () => {
    const { secret } = serverWith({}, 409);
    const read = await secret.read();
    expect(read.ok && (await secret.write('', read.value))).toEqual(ok('taken'));
  });

  it('says what to do where the Secret is missing', async () => {
    const read = await serverWith(null).secret.read();
    expect(read.ok ? '' : read.error.message).toContain(`there is no Secret ${place}`);
    expect(read.ok ? '' : read.error.message).toContain('helm upgrade');
  });

  it('says what else is wrong in the words of the API server', async () => {
    const forbidden = err(kubeError(403, 'Forbidden', 'secrets is forbidden'));
    const client = { get: async () => forbidden, patch: async () => forbidden };
    const secret = versionsSecret(client, 'sluice-system', 'sluice-older-versions');
    expect(await secret.read()).toBe(forbidden);
    expect(await secret.write('', { objects: [], refused: [], text: '', resourceVersion: '1' })).toBe(forbidden);
  });
});
