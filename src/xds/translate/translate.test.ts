import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { gatewayModel, providerModel, retryProfile } from '../../../e2e/support/gateway-model.ts';
import { goldenCases } from '../../../e2e/support/golden.ts';
import { unsentClusters } from '../../contract.ts';
import type { AddressFamilies } from '../../lib/address-families.ts';
import type { GatewayModel } from '../../model/gateway.ts';
import { noServices } from '../../model/service.ts';
import { checkConsistency } from '../snapshot/consistency.ts';
import { snapshotOf } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { dump } from './dump.ts';
import { translate } from './translate.ts';

const options = { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' };

describe('translate', () => {
  goldenCases(join(import.meta.dirname, 'testdata'), '.model.yaml', '.xds.yaml', (input) => {
    const resources = translate({ services: noServices, ...(parse(input) as Omit<GatewayModel, 'services'>) }, options);
    expect(checkConsistency(snapshotOf(resources), unsentClusters)).toEqual([]);
    const text = stringify(
      // Versions change with every byte, which the content shows better.
      dump(resources).map(({ type, name, content }) => ({ type, name, content })),
      { lineWidth: 120, aliasDuplicateObjects: false },
    );
    expect(text).not.toContain('must-not-be-printed');
    return text;
  });

  it('gives the same bytes for the same model', () => {
    const model = gatewayModel({ providers: [providerModel('a', 1)] });
    const copy = structuredClone(model);
    expect(translate(copy, options)).toEqual(translate(model, options));
  });

  it('does not encode an unchanged provider or secret again', () => {
    const provider = providerModel('a', 1, { credential: { header: 'authorization', prefix: '', secret: 's' } });
    const secret = { name: 's', kind: 'opaque', value: 'v' } as const;
    const of = (providers: GatewayModel['providers']) =>
      translate(gatewayModel({ providers, secrets: [secret] }), options).filter(({ name }) =>
        [provider.cluster, 's'].includes(name),
      );
    const before = of([provider]);
    const after = of([provider, providerModel('b', 2)]);
    expect(before).toHaveLength(2);
    for (const [i, resource] of before.entries()) expect(after[i]).toBe(resource);
  });

  it('takes callers of both families on ::, and calls the family that its network has', () => {
    const named = (address: string) =>
      gatewayModel({
        listeners: [{ name: 'http', address, port: 8080, hostnames: [], origins: [] }],
        providers: [providerModel('a', 1, { endpoint: { host: 'a.example.com', port: 80, basePath: '' } })],
      });
    const of = (type: string, address: string, families?: AddressFamilies) => {
      const resources = translate(named(address), { ...options, ...(families && { families }) });
      return dump(resources).find((each) => each.type.endsWith(type) && /a$|8080/.test(each.name))?.content;
    };
    const socket = { address: '::', port_value: 8080, ipv4_compat: true };
    expect(of('v3.Listener', '::')).toMatchObject({ address: { socket_address: socket } });
    expect(JSON.stringify(of('v3.Listener', '0.0.0.0'))).not.toContain('ipv4_compat');
    const lookup = (ipv4: boolean, ipv6: boolean) =>
      (of('v3.Cluster', '::', { ipv4, ipv6 }) as { dns_lookup_family?: string }).dns_lookup_family ?? 'AUTO';
    expect([lookup(true, false), lookup(true, true), lookup(false, true)]).toEqual([
      'V4_PREFERRED',
      'V4_PREFERRED',
      'AUTO',
    ]);
  });

  it('gives Envoy nothing that grows with keys, models or routes', () => {
    const few = gatewayModel();
    const many = gatewayModel({
      keys: [
        {
          name: 'k',
          sha256: '00',
          user: '',
          team: '',
          project: '',
          labels: [],
          allowModels: [],
          denyModels: [],
          isEnabled: true,
          credentials: [{ provider: 'a', header: 'authorization', prefix: '', secret: 'own' }],
          origins: [],
        },
      ],
      models: [{ name: 'm', aliases: [], isListed: true, origins: [] }],
      secrets: [{ name: 'own', kind: 'opaque', value: 'v' }],
    });
    expect(translate(many, options)).toEqual(translate(few, options));
  });

  it('changes no listener when anything but ports, TLS or logs changes, since that would cut streams', () => {
    const listeners = (model: GatewayModel) =>
      translate(model, options).filter(({ typeUrl }) => typeUrl === typeUrls.listener);
    const before = gatewayModel();
    const after = gatewayModel({
      providers: [providerModel('a', 1)],
      profiles: [retryProfile({ name: 'other', attemptTimeoutMs: 1 })],
      settings: { ...before.settings, maxBodyBytes: 1, cors: { allowOrigins: ['*'] } },
    });
    expect(listeners(after)).toEqual(listeners(before));
  });
});
