import { describe, expect, it } from 'vitest';
import { createAuthority } from '../../../e2e/support/certificates.ts';
import { mountSecret } from '../../../e2e/support/mounted-secret.ts';
import type { XdsServerTls } from '../../xds/server/server.ts';
import { openTlsFiles } from './files.ts';

const authority = createAuthority('ca');

function dataOf(name: string): Record<string, string> {
  const { certificate, privateKey } = authority.issue(name);
  return { 'tls.crt': certificate, 'tls.key': privateKey, 'ca.crt': authority.certificate };
}

function opened(data: Record<string, string>) {
  const secret = mountSecret(data);
  const changes: XdsServerTls[] = [];
  const errors: string[] = [];
  const source = openTlsFiles({
    certificate: secret.path('tls.crt'),
    privateKey: secret.path('tls.key'),
    clientCa: secret.path('ca.crt'),
    onChange: (tls) => changes.push(tls),
    onError: (text) => errors.push(text),
    pollMs: 3_600_000,
  });
  return { secret, changes, errors, source };
}

describe('openTlsFiles()', () => {
  it('follows a mounted Secret, and keeps the last good one', () => {
    const { secret, changes, errors, source } = opened(dataOf('a'));
    if (!source.ok) throw new Error(source.error);
    source.value.look();
    expect(changes).toEqual([]);
    const next = dataOf('b');
    secret.replace(next);
    source.value.look();
    expect(changes).toEqual([{ certificate: next['tls.crt'], privateKey: next['tls.key'], clientCa: next['ca.crt'] }]);
    secret.replace({ ...next, 'tls.key': dataOf('c')['tls.key'] ?? '' });
    source.value.look();
    source.value.look();
    expect(errors).toEqual(['tls.key: it is not the key of tls.crt']);
    expect(source.value.current()).toBe(changes[0]);
    source.value.close();
    secret.remove();
  });

  it('does not start with what it cannot use', () => {
    const { secret, source } = opened({ ...dataOf('a'), 'tls.crt': 'nothing' });
    expect(source).toEqual({ ok: false, error: expect.stringMatching(/^tls\.crt: there is no certificate/) });
    secret.remove();
  });
});
