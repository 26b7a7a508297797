import { expect, it } from 'vitest';
import { ipv4Only } from '../../lib/address-families.ts';
import { ok } from '../../lib/result.ts';
import { createAuthority } from '../../pki/authority.ts';
import type { AuthorityRoles } from '../../pki/rotation.ts';
import { createGatewayObjects } from './gateway-objects.ts';
import type { LiveObject } from './live-object.ts';
import type { ProvisionSettings } from './settings.ts';
import { edgeGateway as gateway } from './testing/edge-gateway.ts';

const image = { registry: '', repository: 'sluice' };
const now = new Date();
const authority = await createAuthority({ name: 'Sluice', now });
const roles = { signing: authority, trusted: [authority], retired: [], isSuccessorDue: false };

const settingsWith = (tls: ProvisionSettings['xds']['tls']): ProvisionSettings => ({
  controllerName: 'sluice.dev/gateway-controller',
  images: { envoy: image, processor: image },
  pullSecrets: [],
  families: ipv4Only,
  xds: { host: 'controller', port: 18_000, ...(tls && { tls }) },
});

/** Texts of the Secret with the certificate, by a replica that sees this one in the cluster. */
async function certificate(there: Pick<LiveObject, 'owner' | 'data'> | undefined) {
  const objects = createGatewayObjects({
    live: { get: () => there as LiveObject | undefined },
    settings: settingsWith({ serverName: 'controller' }),
    authorities: () => roles,
    now: () => now,
  });
  const wanted = await objects.wantedFor({ gateway, parameters: ok({}), parameterIds: {} });
  if (!wanted.ok) throw new Error(wanted.error);
  const data = (wanted.value.find(({ kind }) => kind === 'Secret')?.object.data ?? {}) as Readonly<
    Record<string, string>
  >;
  return Object.fromEntries(
    Object.entries(data).map(([name, text]) => [name, Buffer.from(text, 'base64').toString('utf8')]),
  );
}

it('goes on with the certificate that the Gateway has, and never with one that belongs to another', async () => {
  const first = await certificate(undefined);
  expect(await certificate({ owner: gateway.uid, data: first })).toEqual(first);
  const other = await certificate({ owner: 'gateway-2', data: first });
  expect(other['ca.crt']).toBe(authority.certificate);
  expect(other['tls.key'] === first['tls.key']).toBe(false);
});

it('shows the same certificate before the watch has it, and a new one after the Gateway was gone', async () => {
  const objects = createGatewayObjects({
    live: { get: () => undefined },
    settings: settingsWith({ serverName: 'controller' }),
    authorities: () => roles,
    now: () => now,
  });
  const shown = async () => {
    const wanted = await objects.wantedFor({ gateway, parameters: ok({}), parameterIds: {} });
    return wanted.ok ? wanted.value.find(({ kind }) => kind === 'Secret')?.object.data : wanted.error;
  };
  const first = await shown();
  objects.keepOnly(new Set([gateway.uid]));
  expect(await shown()).toEqual(first);
  objects.keepOnly(new Set(['another']));
  expect(await shown()).not.toEqual(first);
});

const made = async (tls: ProvisionSettings['xds']['tls'], known: AuthorityRoles | 'unknown' = roles) => {
  const objects = createGatewayObjects({
    live: { get: () => undefined },
    settings: settingsWith(tls),
    authorities: () => (known === 'unknown' ? undefined : known),
    now: () => now,
  });
  const wanted = await objects.wantedFor({ gateway, parameters: ok({}), parameterIds: {} });
  return wanted.ok ? wanted.value : wanted.error;
};
const kindsOf = (objects: Awaited<ReturnType<typeof made>>) =>
  typeof objects === 'string' ? objects : objects.map(({ kind }) => kind);

it('is a Secret before the pods that name it, where certificates are our own, and none where they are not', async () => {
  const own = await made({ serverName: 'controller' });
  expect(kindsOf(own)).toEqual(['Secret', ...kindsOf(await made(undefined))]);
  expect(typeof own === 'string' ? own : own[0]?.object).toMatchObject({ kind: 'Secret', type: 'kubernetes.io/tls' });
  expect(kindsOf(await made({ serverName: 'controller', secretName: 'supplied' }))).not.toContain('Secret');
});

it('waits for the authority where certificates are our own', async () => {
  expect(await made({ serverName: 'controller' }, 'unknown')).toBe(
    'The certificate authority of the controller is not there yet.',
  );
  expect(kindsOf(await made(undefined, 'unknown'))).toContain('Deployment');
});
