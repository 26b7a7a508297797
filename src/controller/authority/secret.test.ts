import { beforeAll, describe, expect, it } from 'vitest';
import { type KubeError, kubeError } from '../../kube/error.ts';
import type { KubeObject } from '../../kube/object.ts';
import { err, ok, type Result } from '../../lib/result.ts';
import { type Authority, createAuthority } from '../../pki/authority.ts';
import { authoritySecret } from './secret.ts';

/** An API server with this one Secret: who replaces it has to know its version. */
function server() {
  let stored: (KubeObject & { readonly data?: unknown }) | undefined;
  let failure: KubeError | undefined;
  let version = 0;
  const store = (object: unknown): Result<KubeObject, KubeError> => {
    const { metadata, ...rest } = object as KubeObject;
    stored = { ...rest, metadata: { ...metadata, resourceVersion: String(++version) } };
    return ok(stored);
  };
  const client = {
    async get() {
      if (failure) return err(failure);
      return stored === undefined ? err(kubeError(404, 'NotFound', 'no such Secret')) : ok(stored);
    },
    async create(_place: unknown, object: unknown) {
      if (failure) return err(failure);
      return stored === undefined ? store(object) : err(kubeError(409, 'AlreadyExists', 'it is there'));
    },
    async replace(_ref: unknown, object: unknown) {
      if (failure) return err(failure);
      const { resourceVersion } = (object as KubeObject).metadata;
      const isNewest = resourceVersion === undefined || resourceVersion === stored?.metadata.resourceVersion;
      return isNewest ? store(object) : err(kubeError(409, 'Conflict', 'it has changed'));
    },
  };
  return {
    secret: authoritySecret(client, 'system', 'authority'),
    stored: () => stored,
    put: (data: unknown) => store({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'authority' }, data }),
    failWith: (error: KubeError | undefined) => {
      failure = error;
    },
  };
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');

describe('authoritySecret()', () => {
  let first: Authority;
  let second: Authority;
  beforeAll(async () => {
    first = await createAuthority({ name: 'first', now: new Date() });
    second = await createAuthority({ name: 'second', now: new Date() });
  });

  it('keeps authorities for who reads it', async () => {
    const { secret } = server();
    expect(await secret.read()).toEqual(ok(undefined));
    expect(await secret.write([first, second], undefined)).toEqual(ok('written'));
    expect(await secret.read()).toMatchObject({ ok: true, value: { authorities: [first, second] } });
  });

  it('is taken where another replica was faster, whether it is new or not', async () => {
    const { secret } = server();
    const absent = await secret.read();
    if (!absent.ok) throw new Error(absent.error);
    expect(await secret.write([first], absent.value)).toEqual(ok('written'));
    expect(await secret.write([second], absent.value)).toEqual(ok('taken'));
    const seen = await secret.read();
    if (!seen.ok) throw new Error(seen.error);
    expect(await secret.write([first, second], seen.value)).toEqual(ok('written'));
    expect(await secret.write([second], seen.value)).toEqual(ok('taken'));
    expect(await secret.read()).toMatchObject({ ok: true, value: { authorities: [first, second] } });
  });

  it('is not taken for absent while it cannot be read: a second authority would be made', async () => {
    const { secret, failWith } = server();
    await secret.write([first], undefined);
    failWith(kubeError(503, 'ServiceUnavailable', 'starting'));
    expect(await secret.read()).toEqual(err('Secret system/authority: ServiceUnavailable (503): starting'));
    expect(await secret.write([second], undefined)).toEqual(
      err('Secret system/authority: ServiceUnavailable (503): starting'),
    );
    failWith(kubeError(403, 'Forbidden', 'no right'));
    expect((await secret.read()).ok).toBe(false);
  });

  it('says what is wrong with it without showing what is in it, and what to do', async () => {
    const { secret, put } = server();
    put({ 'ca.crt': base64(first.certificate), 'ca.key': base64(second.privateKey) });
    const read = await secret.read();
    expect(read).toEqual(
      err(expect.stringMatching(/^Secret system\/authority: there is no private key for .*delete it/s)),
    );
    expect(JSON.stringify(read)).not.toContain('PRIVATE KEY-----');
    // Nothing to read is not nothing there: whoever has a certificate of the old authority would be shut out.
    put({ 'ca.crt': 7 });
    expect((await secret.read()).ok).toBe(false);
  });
});
