import { readdir, readFile } from 'node:fs/promises';
import type { KubernetesState } from '../../../src/controller/sources/kubernetes/judge.ts';
import {
  type KubernetesSource,
  type KubernetesSourceOptions,
  startKubernetesSource,
} from '../../../src/controller/sources/kubernetes/source.ts';
import { kubeErrorText } from '../../../src/kube/error.ts';
import { problemText } from '../../../src/policy/testing/problem-text.ts';
import type { KubeApiServer } from './api-server.ts';
import { until } from './patience.ts';
import type { WatchedClient } from './proxy.ts';
import { untilServed } from './served-kinds.ts';

const definitions = new URL('../../../charts/sluice/crds/', import.meta.url);

/** The definitions of our own kinds, as the chart ships them, served when it is done. */
export async function installDefinitions(server: KubeApiServer, plural = ''): Promise<void> {
  const files = (await readdir(definitions)).filter((name) => name.endsWith(`${plural}.yaml`));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, definitions), 'utf8')));
  await server.apply(texts.join('\n---\n'));
  await untilServed(server);
  // Whoever asks which kinds there are is told of them a moment after they are served.
  const names = files.map((name) => name.replace(/^sluice\.dev_(\w+)\.yaml$/, '$1.sluice.dev'));
  await until('all kinds are known', () => isThere(server.kubectl('get', names.join(), '-A', '-o', 'name')));
}

function isThere(answer: Promise<unknown>): Promise<boolean> {
  return answer.then(
    () => true,
    () => false,
  );
}

export interface FollowedSource {
  readonly source: KubernetesSource;
  /** Every state that was told, the first one included. */
  readonly states: KubernetesState[];
  readonly errors: string[];
  now(): KubernetesState;
  ids(): readonly string[];
  problems(): readonly string[];
}

export async function followSource(
  { client }: Pick<WatchedClient, 'client'>,
  options: Partial<KubernetesSourceOptions> = {},
): Promise<FollowedSource> {
  const states: KubernetesState[] = [];
  const errors: string[] = [];
  const source = await startKubernetesSource({
    client,
    selectors: [],
    snapshotEveryMs: 100,
    ...options,
    onChange: (state) => states.push(state),
    onError: (error) => errors.push(error.message),
    onTrouble: (error) => errors.push(kubeErrorText(error)),
  });
  states.unshift(source.state);
  const now = (): KubernetesState => states.at(-1) ?? source.state;
  return {
    source,
    states,
    errors,
    now,
    ids: () => now().documents.map(({ id }) => id),
    problems: () => now().problems.map(problemText),
  };
}

export function documentYaml(kind: string, name: string, namespace: string, spec: string): string {
  return `
apiVersion: sluice.dev/v1alpha1
kind: ${kind}
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;
}

export function providerYaml(
  name: string,
  namespace: string,
  spec = '{schema: openai, credential: {none: {}}}',
): string {
  return documentYaml('Provider', name, namespace, spec);
}

/** As an older chart may have left it behind: the API server lets everything pass, and only we know better. */
export async function loosenDefinition(server: KubeApiServer, plural: string): Promise<void> {
  const path = '/spec/versions/0/schema/openAPIV3Schema';
  const value = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const patch = JSON.stringify([{ op: 'replace', path, value }]);
  await server.kubectl('patch', 'crd', `${plural}.sluice.dev`, '--type=json', '-p', patch);
}
