import type { KubeClient } from '../../../kube/client.ts';
import { isRecord, type KubeError } from '../../../kube/error.ts';
import type { KubeObject } from '../../../kube/object.ts';
import { err, ok, type Result } from '../../../lib/result.ts';
import { hasSameEntries } from '../../../lib/same-entries.ts';
import type { ServiceFacts, ServicePort } from '../../../model/build/surroundings.ts';
import type { SourceSurroundings } from '../surroundings.ts';
import { earliest } from './earliest.ts';
import type { Labels } from './namespaces.ts';
import type { Reference } from './reference.ts';
import { createReferences, type References } from './references.ts';

export type Entries = ReadonlyMap<string, string>;

export interface ClusterSurroundings extends SourceSurroundings {
  readonly secrets: References<Entries>;
  readonly configMaps: References<Entries>;
  readonly services: References<ServiceFacts>;
  staleSince(): number | undefined;
  close(): void;
}

export interface SurroundingsOptions {
  readonly client: KubeClient;
  namespaceLabels(namespace: string): Labels | undefined;
  namespaces(): readonly Labels[] | undefined;
  /** Something that was asked for is another one now. */
  onChange(): void;
  /** Something is known that was not; whoever asked has been told. */
  onComplete(): void;
  onError(error: KubeError): void;
}

/** What the documents of a cluster can refer to: only what they name, and only once they name it. */
export function clusterSurroundings(options: SurroundingsOptions): ClusterSurroundings {
  const { client, onChange, onError } = options;
  const core = (plural: string) => ({ group: '', version: 'v1', plural });
  const entries = { isEqual: (a: Entries, b: Entries) => hasSameEntries(a, b), client, onChange, onError };
  const secrets = createReferences({ ...entries, resource: core('secrets'), value: secretEntries });
  const configMaps = createReferences({ ...entries, resource: core('configmaps'), value: configMapEntries });
  const services = createReferences({
    resource: core('services'),
    value: serviceFacts,
    isEqual: (a, b) => JSON.stringify(a) === JSON.stringify(b),
    client,
    onChange,
    onError,
  });
  const stores = [secrets, configMaps, services] as const;
  return {
    secrets,
    configMaps,
    services,
    resolve(source, from) {
      // Who may write a document could otherwise have the controller's own token sent to an endpoint of his choice.
      if (!('secretKeyRef' in source)) {
        const what = 'env' in source ? 'an environment variable' : 'a file';
        return err(`${what} of the controller is not for documents of a cluster; put it into a Secret or ConfigMap`);
      }
      const { name, key } = source.secretKeyRef;
      const namespace = source.secretKeyRef.namespace ?? from.namespace;
      if (namespace === '') return err(`Secret "${name}" needs a namespace, since ${from.kind} has none`);
      return keyOf(secrets.ask(namespace, name), key, `Secret "${name}" in namespace "${namespace}"`);
    },
    secret: (namespace, name) => presentValue(secrets.ask(namespace, name)),
    configMap: (namespace, name) => presentValue(configMaps.ask(namespace, name)),
    service: (namespace, name) => presentValue(services.ask(namespace, name)),
    lacksService: (namespace, name) => services.ask(namespace, name).kind === 'absent',
    namespaceLabels: options.namespaceLabels,
    namespaces: options.namespaces,
    async complete() {
      const found = await Promise.all(stores.map((store) => store.complete()));
      const isMore = found.includes(true);
      if (isMore) options.onComplete();
      return isMore;
    },
    staleSince: () => earliest(stores.map((store) => store.staleSince())),
    close() {
      for (const store of stores) store.close();
    },
  };
}

function presentValue<T>(reference: Reference<T>): T | undefined {
  return reference.kind === 'present' ? reference.value : undefined;
}

function keyOf(reference: Reference<Entries>, key: string, what: string): Result<string> {
  switch (reference.kind) {
    case 'unread':
      return err(`${what} has not been read yet`);
    case 'failed':
      return err(`${what} cannot be read (${reference.reason})`);
    case 'absent':
      return err(`${what} does not exist`);
    case 'present': {
      const value = reference.value.get(key);
      if (value === undefined) return err(`${what} has no key "${key}"`);
      return value === '' ? err(`key "${key}" of ${what} is empty`) : ok(value);
    }
  }
}

function secretEntries({ data }: KubeObject): Entries {
  return new Map(texts(data).map(([key, value]) => [key, decoded(value)]));
}

function configMapEntries({ data, binaryData }: KubeObject): Entries {
  const binary = texts(binaryData).map(([key, value]) => [key, decoded(value)] as const);
  return new Map([...binary, ...texts(data).map(([key, value]) => [key, trimEnd(value)] as const)]);
}

function decoded(base64: string): string {
  return trimEnd(Buffer.from(base64, 'base64').toString());
}

/** Editors and `echo` end files with a line end that is no part of the secret. */
function trimEnd(text: string): string {
  return text.replace(/[\r\n]+$/, '');
}

function texts(fields: unknown): readonly (readonly [string, string])[] {
  if (!isRecord(fields)) return [];
  return Object.entries(fields).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
}

function serviceFacts({ spec }: KubeObject): ServiceFacts {
  const ports = isRecord(spec) && Array.isArray(spec.ports) ? spec.ports.filter(isRecord) : [];
  const isHeadless = isRecord(spec) && spec.clusterIP === 'None';
  const others = ports.flatMap(({ port, protocol }) =>
    typeof port === 'number' && typeof protocol === 'string' && protocol !== 'TCP' ? [{ port, protocol }] : [],
  );
  return {
    ports: ports.flatMap((port) => servicePort(port, isHeadless)),
    ...(others.length > 0 && { otherPorts: others }),
    ...(isHeadless && { isHeadless }),
    ...(isRecord(spec) && spec.type === 'ExternalName' && { isExternal: true }),
  };
}

/** Behind an address of its own, a change of what pods have is nobody's business. */
function servicePort(fields: { readonly [field: string]: unknown }, isHeadless: boolean): readonly ServicePort[] {
  const { name, port, protocol = 'TCP', appProtocol, targetPort } = fields;
  if (typeof port !== 'number' || protocol !== 'TCP') return [];
  return [
    {
      name: typeof name === 'string' ? name : '',
      port,
      ...(typeof appProtocol === 'string' && { appProtocol }),
      ...(isHeadless && (typeof targetPort === 'number' || typeof targetPort === 'string') && { targetPort }),
    },
  ];
}
