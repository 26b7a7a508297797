import { expect, it } from 'vitest';
import { ipv4Only } from '../../lib/address-families.ts';
import { ok } from '../../lib/result.ts';
import { createAuthority } from '../../pki/authority.ts';
import { createGatewayObjects } from './gateway-objects.ts';
import type { LiveObject } from './live-object.ts';
import { edgeGateway as gateway } from './testing/edge-gateway.ts';

const image = { registry: '', repository: 'sluice' };
const now = new Date();
const authority = await createAuthority({ name: 'Sluice', now });
const roles = { signing: authority, trusted: [authority], retired: [], isSuccessorDue: false };

/** Texts of the Secret with the certificate, by a replica that sees this one in the cluster. */
async function certificate(there: Pick<LiveObject, 'owner' | 'data'> | undefined) {
  const objects = createGatewayObjects({
    live: { get: () => there as LiveObject | undefined },
    settings: {
      ...{ controllerName: 'sluice.dev/gateway-controller', images: { envoy: image, processor: image } },
      ...{ pullSecrets: [], families: ipv4Only },
      xds: { host: 'controller', port: 18_000, tls: { serverName: 'controller' } },
    },
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
