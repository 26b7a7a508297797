import { kindRow } from '../kind-row.ts';
import { configMapSpec } from './config-map.ts';
import { secretSpec } from './secret.ts';
import { serviceSpec } from './service.ts';

const core = { group: '', versions: ['v1'], scope: 'Namespaced', definition: 'elsewhere' } as const;

/** Kinds of Kubernetes itself, so that a folder may hold whole manifests. */
export const coreKinds = {
  Secret: kindRow(
    { ...core, plural: 'secrets', hasNoSpec: true, description: 'Secrets, as in Kubernetes.' },
    secretSpec,
  ),
  ConfigMap: kindRow(
    { ...core, plural: 'configmaps', hasNoSpec: true, description: 'Texts such as certificates, as in Kubernetes.' },
    configMapSpec,
  ),
  Service: kindRow({ ...core, plural: 'services', description: 'Ports of a service, as in Kubernetes.' }, serviceSpec),
};
