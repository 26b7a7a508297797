import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { err, ok } from '../../lib/result.ts';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { readDocument } from '../../policy/read-document.ts';
import { buildModel } from './build.ts';
import { inCluster } from './place.ts';
import type { Surroundings } from './surroundings.ts';
import { type Manifest, namespaces, someManifest } from './testing/some-manifest.ts';

function parsed(manifest: Manifest): PolicyDocument {
  const { document, findings } = readDocument(manifest, 0);
  if (document === undefined) throw new Error(`${JSON.stringify(manifest)}: ${JSON.stringify(findings)}`);
  return { ...document, source: 'test', folder: '' };
}

/** A cluster that changes step by step. Nothing of it is the same object after a change. */
function createWorld(random: Random) {
  const secrets = new Map<string, string>();
  const labels = new Map<string, ReadonlyMap<string, string>>();
  const manifests = new Map<string, Manifest>();
  const documents = new Map<string, PolicyDocument>();
  const surroundings: Surroundings = {
    resolve(source, from) {
      const name = 'secretKeyRef' in source ? `${from.namespace}/${source.secretKeyRef.name}` : '';
      const value = secrets.get(name);
      return value === undefined ? err(`Secret "${name}" does not exist`) : ok(value);
    },
    secret(namespace, name) {
      const value = secrets.get(`${namespace}/${name}`);
      return value === undefined ? undefined : new Map([['apiKey', value]]);
    },
    configMap: () => undefined,
    service: () => undefined,
    lacksService: () => true,
    token: () => ({}),
    awsKey: () => ({}),
    namespaceLabels: (namespace) => labels.get(namespace) ?? new Map(),
    namespaces: () => [...labels.values()],
  };
  return {
    surroundings,
    change() {
      const namespace = random.pick(namespaces);
      switch (random.below(10)) {
        case 0:
          secrets.set(`${namespace}/x${random.below(3)}`, `secret-${random.below(2)}`);
          return;
        case 1:
          secrets.delete(`${namespace}/x${random.below(3)}`);
          return;
        case 2:
          labels.set(namespace, new Map([['open', random.pick(['yes', 'no'])]]));
          return;
        case 3: {
          const id = [...documents.keys()][random.below(documents.size)];
          documents.delete(id ?? '');
          manifests.delete(id ?? '');
          return;
        }
        default: {
          const manifest = someManifest(random);
          const document = parsed(manifest);
          documents.set(document.id, document);
          manifests.set(document.id, manifest);
        }
      }
    },
    /** Those that did not change are the same objects. */
    known: () => [...documents.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    /** The same, each of them an object that nobody has seen. */
    unknown: () => [...manifests.values()].map(parsed).sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

describe('buildModel(), change after change', () => {
  it.each([0, 1, 2])('gives what a first build of the same gives, sequence %i', (seed) => {
    const random = seededRandom(seed);
    const world = createWorld(random);
    for (let step = 0; step < 150; step++) {
      world.change();
      const built = buildModel(world.known(), world.surroundings, inCluster);
      const fresh = buildModel(world.unknown(), world.surroundings, inCluster);
      // Vitest's own comparison tells what differs, but takes many times as long.
      if (!isDeepStrictEqual(built, fresh)) expect(built, `after step ${step}`).toStrictEqual(fresh);
    }
  });

  it('hands out the same objects for a route when another one changes, and others when its Gateway does', () => {
    const gateway = (port: number) => ({
      apiVersion: 'gateway.networking.k8s.io/v1',
      kind: 'Gateway',
      metadata: { name: 'egress' },
      spec: { gatewayClassName: 'sluice-egress', listeners: [{ name: 'http', port, protocol: 'HTTP' }] },
    });
    const route = (name: string, model: string) => ({
      apiVersion: 'aigateway.envoyproxy.io/v1beta1',
      kind: 'AIGatewayRoute',
      metadata: { name },
      spec: {
        parentRefs: [{ name: 'egress' }],
        rules: [{ matches: [{ headers: [{ name: 'x-ai-eg-model', value: model }] }], backendRefs: [{ name: 'gone' }] }],
      },
    });
    const { surroundings } = createWorld(seededRandom(0));
    const one = parsed(gateway(80));
    const quiet = parsed(route('quiet', 'small'));
    const builds = [
      [one, quiet, parsed(route('changing', 'large'))],
      [one, quiet, parsed(route('changing', 'larger'))],
      [parsed(gateway(81)), quiet, parsed(route('changing', 'larger'))],
    ].map((documents) => buildModel(documents, surroundings, inCluster));
    const [first, second, third] = builds.map((built) =>
      built.attachments.find(({ document }) => document === 'AIGatewayRoute/quiet'),
    );
    expect(first).toBeDefined();
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(builds.map(({ problems }) => problems.length)).toEqual([2, 2, 2]);
  });
});
