import type { KubeClient } from '../../kube/client.ts';
import { isConflict, isNotFound, type KubeError, kubeErrorText } from '../../kube/error.ts';
import type { KubeObject, ObjectRef } from '../../kube/object.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import type { Authority } from '../../pki/authority.ts';
import { type AuthorityTexts, readAuthorities, writeAuthorities } from '../../pki/rotation.ts';

/** What a read of the Secret found. */
export interface StoredAuthorities {
  readonly authorities: readonly Authority[];
  readonly resourceVersion: string;
}

/** The Secret in which all replicas keep the authorities of the control plane. */
export interface AuthoritySecret {
  /** Nothing: there is no such Secret. */
  read(): Promise<Result<StoredAuthorities | undefined>>;
  /** `taken`: another replica was faster; what it wrote is to be read. */
  write(
    authorities: readonly Authority[],
    replaces: StoredAuthorities | undefined,
  ): Promise<Result<'written' | 'taken'>>;
}

const certificatesKey = 'ca.crt';
const privateKeysKey = 'ca.key';

export function authoritySecret(
  client: Pick<KubeClient, 'get' | 'create' | 'replace'>,
  namespace: string,
  name: string,
): AuthoritySecret {
  const place = { group: '', version: 'v1', plural: 'secrets', namespace };
  const ref: ObjectRef = { ...place, name };
  const failed = (error: KubeError) => err(`Secret ${namespace}/${name}: ${kubeErrorText(error)}`);
  return {
    async read() {
      const found = await client.get(ref);
      if (!found.ok) return isNotFound(found.error) ? ok(undefined) : failed(found.error);
      const authorities = readAuthorities(textsOf(found.value));
      if (!authorities.ok)
        return err(`Secret ${namespace}/${name}: ${authorities.error}. Mend it, or delete it for a new one.`);
      return ok({ authorities: authorities.value, resourceVersion: found.value.metadata.resourceVersion ?? '' });
    },
    async write(authorities, replaces) {
      const texts = writeAuthorities(authorities);
      const object = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: {
          name,
          namespace,
          labels: { 'app.kubernetes.io/name': 'sluice', 'app.kubernetes.io/component': 'controller' },
          ...(replaces && { resourceVersion: replaces.resourceVersion }),
        },
        type: 'Opaque',
        data: { [certificatesKey]: base64(texts.certificates), [privateKeysKey]: base64(texts.privateKeys) },
      };
      const answer = replaces === undefined ? await client.create(place, object) : await client.replace(ref, object);
      if (answer.ok) return ok('written');
      // Both are said with 409: it exists already, and it has changed since.
      return isConflict(answer.error) ? ok('taken') : failed(answer.error);
    },
  };
}

function textsOf(object: KubeObject): AuthorityTexts {
  const data = (object.data ?? {}) as Readonly<Record<string, unknown>>;
  const text = (key: string): string => {
    const value = data[key];
    return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
  };
  return { certificates: text(certificatesKey), privateKeys: text(privateKeysKey) };
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
