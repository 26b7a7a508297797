import type { KubeClient } from '../../kube/client.ts';
import { isConflict, type KubeError, kubeErrorText } from '../../kube/error.ts';
import type { KubeObject, ObjectRef } from '../../kube/object.ts';
import { type Reflector, startReflector } from '../../kube/reflector.ts';
import type { Logger } from '../../lib/log.ts';
import { type Authority, createAuthority } from '../../pki/authority.ts';
import { leafLifeMs } from '../../pki/leaf.ts';
import {
  type AuthorityRoles,
  type RotationRules,
  readAuthorities,
  rolesOf,
  writeAuthorities,
} from '../../pki/rotation.ts';

/** An hour until everyone has heard of a new authority; Secrets arrive in pods within two minutes. */
export const standardRotation: RotationRules = { spreadMs: 3_600_000, leafLifeMs };

export interface AuthoritySecretOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  /** Default `sluice-ca`. */
  readonly name?: string;
  /** Default: `standardRotation`. */
  readonly rules?: RotationRules;
  /** Only the leader replaces one by the next. */
  isLeader(): boolean;
  readonly log: Logger;
  now?(): Date;
}

/** The Secret that holds our authorities, the same for all replicas. */
export interface AuthoritySecret {
  /** Nothing until it has been read or made. */
  roles(): AuthorityRoles | undefined;
  /** Called when they may be others. Gives back what ends that. */
  onChange(listener: () => void): () => void;
  /** Makes the next authority when it is due, and drops those that nobody needs. */
  look(): void;
  close(): void;
}

const keys = { certificates: 'ca.crt', privateKeys: 'ca.key' } as const;

export function openAuthoritySecret(options: AuthoritySecretOptions): AuthoritySecret {
  const { client, namespace, log, rules = standardRotation, name = 'sluice-ca' } = options;
  const now = options.now ?? (() => new Date());
  const place = { group: '', version: 'v1', plural: 'secrets', namespace };
  const ref: ObjectRef = { ...place, name };
  let authorities: readonly Authority[] = [];
  const listeners = new Set<() => void>();
  let isBusy = false;
  let isClosed = false;
  let isUnreadable = false;
  let lastProblem = '';

  // By its very name: the controller may read no other Secret of its namespace.
  const reflector: Reflector = startReflector({
    client,
    place,
    fieldSelector: `metadata.name=${name}`,
    onChanges: () => take(reflector.objects.get(`${namespace}/${name}`)),
    onSync: () => take(reflector.objects.get(`${namespace}/${name}`)),
    onError: (error) => problem(kubeErrorText(error)),
  });

  function take(object: KubeObject | undefined): void {
    if (object !== undefined) {
      const read = readAuthorities({
        certificates: textOf(object, keys.certificates),
        privateKeys: textOf(object, keys.privateKeys),
      });
      // What cannot be read is not overwritten: it may be what every gateway trusts, spoilt by an editor.
      isUnreadable = !read.ok;
      if (!read.ok) {
        problem(`${keys.certificates} or ${keys.privateKeys}: ${read.error}`);
        return;
      }
      authorities = read.value;
      lastProblem = '';
      for (const listener of listeners) listener();
    }
    look();
  }

  function look(): void {
    if (isBusy || isClosed || !reflector.hasSynced()) return;
    isBusy = true;
    void maintain()
      .catch((error: unknown) => problem(error instanceof Error ? error.message : 'unknown'))
      .finally(() => {
        isBusy = false;
      });
  }

  async function maintain(): Promise<void> {
    const object = reflector.objects.get(`${namespace}/${name}`);
    if (object === undefined) {
      // Whoever is first; the others find it there.
      if (authorities.length === 0) authorities = [await next()];
      else if (!options.isLeader()) return;
      return answered(await client.create(place, secret(authorities)), 'made');
    }
    const roles = rolesOf(authorities, rules, now());
    if (!options.isLeader() || isUnreadable) return;
    const isDue = roles === undefined || roles.isSuccessorDue;
    if (!isDue && roles.retired.length === 0) return;
    const kept = [...(roles?.trusted ?? []), ...(isDue ? [await next()] : [])];
    const { resourceVersion } = object.metadata;
    answered(await client.replace(ref, secret(kept, resourceVersion)), isDue ? 'has a successor' : 'retired');
  }

  function answered(answer: Awaited<ReturnType<KubeClient['create']>>, what: string): void {
    if (answer.ok) log.info({ secret: `${namespace}/${name}` }, `certificate authority: ${what}`);
    else if (isConflict(answer.error)) authorities = reflector.objects.size === 0 ? [] : authorities;
    else failed(answer.error);
  }

  function failed(error: KubeError): void {
    problem(kubeErrorText(error));
    setTimeout(look, 5_000).unref();
  }

  function next(): Promise<Authority> {
    return createAuthority({ name: `Sluice ${now().toISOString().slice(0, 10)}`, now: now() });
  }

  function secret(of: readonly Authority[], resourceVersion?: string) {
    const { certificates, privateKeys } = writeAuthorities(of);
    return {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name,
        namespace,
        labels: { 'app.kubernetes.io/part-of': 'sluice', 'app.kubernetes.io/managed-by': 'sluice' },
        ...(resourceVersion !== undefined && { resourceVersion }),
      },
      type: 'Opaque',
      data: {
        [keys.certificates]: Buffer.from(certificates).toString('base64'),
        [keys.privateKeys]: Buffer.from(privateKeys).toString('base64'),
      },
    };
  }

  function problem(text: string): void {
    if (text !== lastProblem) log.error({ secret: `${namespace}/${name}`, reason: text }, 'no certificate authority');
    lastProblem = text;
  }

  return {
    // What has not been stored yet is not used: another replica may have been faster.
    roles: () => (reflector.objects.size === 0 ? undefined : rolesOf(authorities, rules, now())),
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    look,
    close() {
      isClosed = true;
      reflector.close();
    },
  };
}

function textOf(object: KubeObject, key: string): string {
  const value = (object.data as Record<string, unknown> | undefined)?.[key];
  return typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : '';
}
