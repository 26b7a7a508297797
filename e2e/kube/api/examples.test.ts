import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { outcomeOf } from '../../../src/controller/conditions/outcome-of.ts';
import { createStatusReporter, type StatusReporter } from '../../../src/controller/conditions/reporter.ts';
import { createController } from '../../../src/controller/controller.ts';
import type { Credentials } from '../../../src/controller/credentials/credentials.ts';
import { withTokens } from '../../../src/controller/credentials/with-tokens.ts';
import { createControllerMetrics } from '../../../src/controller/metrics.ts';
import { startKubernetesSource } from '../../../src/controller/sources/kubernetes/source.ts';
import { connectKubeClient, type KubeClient } from '../../../src/kube/client.ts';
import { createLogger } from '../../../src/lib/log.ts';
import { inCluster } from '../../../src/model/build/place.ts';
import { createXdsServer } from '../../../src/xds/server/server.ts';
import { cleanupsAfterEach } from '../../support/cleanups.ts';
import { type KindDocument, refOf } from '../../support/definitions/document.ts';
import { type KubeApiServer, startApiServer } from '../../support/kube-api/api-server.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { serveEveryKind } from '../../support/kube-api/served-kinds.ts';

/*
 * examples/ as people apply it: whole files, as they are, into a namespace. Then the controller says of every object that
 * it is accepted, or what is not served of it.
 */

patience();
const cleanup = cleanupsAfterEach();
const folder = join(import.meta.dirname, '../../../examples');
const inProviders = (...names: readonly string[]) => names.map((name) => join('providers', name));

/** What is applied together, by the name of its namespace. */
const sets: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    globSync('providers/*/*.yaml', { cwd: folder })
      .sort()
      .map((file) => [
        file.replace('.yaml', '').replaceAll('/', '-'),
        [...inProviders('gateway.yaml', 'keys.yaml'), file],
      ]),
  ),
  ...Object.fromEntries(
    // The first two are policies for a folder, whose ports `sluice run` opens by itself.
    ['extensions', 'guarded', 'quickstart'].map((name) => [
      name,
      [
        ...(name === 'quickstart' ? [] : ['providers/gateway.yaml']),
        ...globSync(`${name}/*.yaml`, { cwd: folder }).sort(),
      ],
    ]),
  ),
};

const withoutPolicy = /^False InvalidPolicy: spec needs BackendSecurityPolicy\/.*\/vertex, which cannot be used/;
const notServed = /^False UnsupportedValue: .*is not served yet/;

/** Objects that are not accepted as a whole, and what they say. */
const unserved: Readonly<Record<string, Readonly<Record<string, RegExp>>>> = {
  'providers-azure-openai-envoy-ai-gateway': { 'AIServiceBackend/azure-openai-versioned': notServed },
  'providers-bedrock-envoy-ai-gateway': {
    'AIServiceBackend/bedrock': notServed,
    'AIServiceBackend/bedrock-claude': notServed,
  },
  'providers-cohere-envoy-ai-gateway': { 'AIServiceBackend/cohere-rank': notServed },
  // A cluster has no folder to look into.
  extensions: { 'GatewayPolicy/default': /^False SecretNotFound: .*lua\.file .*put it into a Secret or ConfigMap/ },
  // The key file is to be put in: no token can be asked for with `replace-me`.
  'providers-vertex-envoy-ai-gateway': {
    'BackendSecurityPolicy/vertex': /^False Invalid: .*credentialsFile.* is not a JSON object/,
    'AIServiceBackend/vertex-openai': withoutPolicy,
    'AIServiceBackend/vertex': withoutPolicy,
    'AIServiceBackend/vertex-claude': withoutPolicy,
  },
};

/** Nobody asks an issuer or a cloud for anything. */
const credentials = {
  tokens: { ask: () => ({ value: 'a-token' }), complete: async () => false, close: () => undefined },
  awsKeys: {
    ask: () => ({ value: { accessKeyId: 'a-key', secretAccessKey: 'a-secret' } }),
    complete: async () => false,
    close: () => undefined,
  },
} satisfies Credentials;

let server: KubeApiServer;
let client: KubeClient;

beforeAll(async () => {
  server = await startApiServer();
  await serveEveryKind(server);
  const connected = await connectKubeClient({ kubeconfig: server.kubeconfig });
  if (!connected.ok) throw new Error(connected.error);
  client = connected.value;
  // As the chart brings it.
  const gatewayClass = {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'GatewayClass',
    metadata: { name: 'sluice-egress' },
  };
  await server.apply(JSON.stringify({ ...gatewayClass, spec: { controllerName: 'sluice.dev/gateway-controller' } }));
});

afterAll(async () => {
  client?.close();
  await server?.close();
});

describe('examples', () => {
  it('are all applied here', () => {
    const applied = new Set(Object.values(sets).flat());
    expect(globSync('**/*.yaml', { cwd: folder }).filter((file) => !applied.has(file))).toEqual([]);
  });

  it.each(Object.keys(sets))('%s: every object is accepted, or says what is not served', async (namespace) => {
    const labels = { 'kubernetes.io/metadata.name': namespace };
    await server.apply(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels } }));
    const files = (sets[namespace] ?? []).map((file) => join(folder, file));
    await server.kubectl('apply', '--namespace', namespace, ...files.flatMap((file) => ['--filename', file]));
    const all = files
      .flatMap(documentsIn)
      .map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    // The next ones are to find no Gateway but their own: those of all namespaces count.
    cleanup(async () => {
      for (const object of all.filter(({ kind }) => kind === 'Gateway')) await client.delete(refOf(object));
    });
    await startStatusOf(namespace);

    const said = new Map<string, string>();
    for (const object of all.filter(({ kind }) => kind !== 'Secret')) {
      said.set(`${object.kind}/${object.metadata.name}`, await acceptedOf(object));
    }
    const others = Object.fromEntries([...said].filter(([, words]) => words !== 'True Accepted'));
    const expected = Object.entries(unserved[namespace] ?? {});
    expect(others).toEqual(Object.fromEntries(expected.map(([name, words]) => [name, expect.stringMatching(words)])));
  });
});

function documentsIn(file: string): readonly KindDocument[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { version: '1.1' }).map((document) => document.toJS());
}

/** The source, the build and the reporter, for one namespace. */
async function startStatusOf(namespace: string): Promise<void> {
  const log = createLogger({ name: 'test', level: 'silent' });
  let reporter: StatusReporter | undefined;
  const apply = async (): Promise<void> => {
    await controller?.apply(source.current());
    reporter?.changed();
  };
  let controller: ReturnType<typeof createController> | undefined;
  const source = await startKubernetesSource({
    client,
    selectors: [{ matchLabels: { 'kubernetes.io/metadata.name': namespace }, matchExpressions: [] }],
    onChange: () => void apply(),
    onObjects: () => reporter?.changed(),
    onError: () => undefined,
    onTrouble: () => undefined,
  });
  cleanup(() => source.close());
  const built = createController({
    version: 'test',
    server: createXdsServer({ groupOf: () => ({ ok: true, value: 'models' }) }),
    surroundings: withTokens(source.surroundings, credentials),
    place: inCluster,
    log,
    metrics: createControllerMetrics(() => 0),
    translate: { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' },
  });
  controller = built;
  cleanup(() => built.close());
  const writing = createStatusReporter({
    client,
    log,
    isLeader: () => true,
    quietMs: 50,
    outcome: () =>
      outcomeOf({
        controllerName: 'sluice.dev/gateway-controller',
        controller: built,
        source,
        clients: [],
        provisioned: new Map(),
      }),
  });
  reporter = writing;
  cleanup(() => writing.close());
  await apply();
}

/** `True Accepted`, or what is said instead; of its first parent where it has several. */
async function acceptedOf(object: KindDocument): Promise<string> {
  let found: Condition | undefined;
  const isThere = async (): Promise<boolean> => {
    const answer = await client.get(refOf(object));
    if (!answer.ok) throw new Error(answer.error.message);
    const status = (answer.value.status ?? {}) as WithConditions;
    const places = [status, ...(status.parents ?? []), ...(status.ancestors ?? [])];
    found = places
      .flatMap(({ conditions = [] }) => conditions)
      .find((one) => one.type === 'Accepted' && one.observedGeneration === answer.value.metadata.generation);
    return found !== undefined;
  };
  await until(`${object.kind}/${object.metadata.name} says whether it is accepted`, isThere);
  const { status, reason, message } = found ?? { status: '', reason: '', message: '' };
  return status === 'True' ? `${status} ${reason}` : `${status} ${reason}: ${message}`;
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly observedGeneration: number;
}

interface WithConditions {
  readonly conditions?: readonly Condition[];
  readonly parents?: readonly WithConditions[];
  readonly ancestors?: readonly WithConditions[];
}
