import { err, ok, type Result } from '../../lib/result.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import type { SecretSource } from '../../policy/secret-source.ts';
import { ofKind } from './of-kind.ts';
import type { ServiceFacts, Surroundings } from './surroundings.ts';

/** What stands among the documents themselves, where a folder holds whole manifests; the rest is asked elsewhere. */
export function withDocuments(documents: readonly PolicyDocument[], elsewhere: Surroundings): Surroundings {
  const secrets = byPlace(ofKind(documents, 'Secret'));
  const configMaps = byPlace(ofKind(documents, 'ConfigMap'));
  const services = byPlace(ofKind(documents, 'Service'));
  if (secrets.size + configMaps.size + services.size === 0) return elsewhere;

  const secret: Surroundings['secret'] = (namespace, name) => {
    const found = secrets.get(`${namespace}/${name}`);
    if (found === undefined) return elsewhere.secret(namespace, name);
    return new Map(Object.entries(found.spec.data).map(([key, value]) => [key, value.reveal()]));
  };
  return {
    ...(elsewhere.hasStandIns === true && { hasStandIns: true }),
    secret,
    resolve(source: SecretSource, from: PolicyDocument): Result<string> {
      if (!('secretKeyRef' in source)) return elsewhere.resolve(source, from);
      const { name, key, namespace = from.namespace } = source.secretKeyRef;
      if (!secrets.has(`${namespace}/${name}`)) return elsewhere.resolve(source, from);
      const value = secret(namespace, name)?.get(key);
      return value === undefined ? err(`Secret "${name}" has no entry "${key}"`) : ok(value);
    },
    configMap(namespace, name) {
      const found = configMaps.get(`${namespace}/${name}`);
      return found === undefined ? elsewhere.configMap(namespace, name) : new Map(Object.entries(found.spec.data));
    },
    service(namespace, name): ServiceFacts | undefined {
      const found = services.get(`${namespace}/${name}`);
      if (found === undefined) return elsewhere.service(namespace, name);
      const { type, clusterIP, ports } = found.spec;
      const spoken = ports.filter(({ protocol }) => protocol === 'TCP');
      return {
        ports: spoken.map(({ name: port = '', protocol: _, ...rest }) => ({ ...rest, name: port })),
        ...(spoken.length < ports.length && { otherPorts: ports.filter(({ protocol }) => protocol !== 'TCP') }),
        ...(clusterIP === 'None' && { isHeadless: true }),
        ...(type === 'ExternalName' && { isExternal: true }),
      };
    },
    lacksService: (namespace, name) => !services.has(`${namespace}/${name}`) && elsewhere.lacksService(namespace, name),
    token: (owner, grant) => elsewhere.token(owner, grant),
    awsKey: (owner, role) => elsewhere.awsKey(owner, role),
    namespaceLabels: (namespace) => elsewhere.namespaceLabels(namespace),
    namespaces: () => elsewhere.namespaces(),
  };
}

function byPlace<D extends PolicyDocument>(documents: readonly D[]): ReadonlyMap<string, D> {
  return new Map(documents.map((document) => [`${document.namespace}/${document.name}`, document]));
}
