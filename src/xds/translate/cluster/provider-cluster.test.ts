import { describe, expect, it } from 'vitest';
import { providerModel } from '../../../../e2e/support/gateway-model.ts';
import type { Provider } from '../../../model/provider.ts';
import type { AwsKey } from '../../../model/secret.ts';
import { dump } from '../dump.ts';
import type { ProviderNeeds } from '../filters/order.ts';
import { providerCluster } from './provider-cluster.ts';

const options = { systemCaFile: '/etc/ssl/certs/ca-certificates.crt' };

function needs(provider: Partial<Provider>, more: Partial<ProviderNeeds> = {}): ProviderNeeds {
  return {
    provider: providerModel('a', 8000, provider),
    signingKey: undefined,
    isWatched: false,
    isFollowed: false,
    ...more,
  };
}

/** As text, where the order of what is looked for does not matter. */
function shown(wanted: ProviderNeeds): string {
  return JSON.stringify(dump([providerCluster(wanted, options)])[0]?.content);
}

const key: AwsKey = { name: 'k', kind: 'awsKey', accessKeyId: 'AKIA1', secretAccessKey: 'very-secret' };
const aws = { credential: { service: 'bedrock', region: 'eu-west-1', secret: 'k' } };

describe('the cluster of a provider', () => {
  it('is the same object as long as nothing of it has changed', () => {
    const wanted = needs(aws, { signingKey: key });
    expect(providerCluster({ ...wanted }, options)).toBe(providerCluster(wanted, options));
  });

  it.each<[string, Partial<ProviderNeeds>]>([
    ['the key that signs', { signingKey: { ...key, accessKeyId: 'AKIA2', secretAccessKey: 'another-secret' } }],
    ['whether answers are judged', { isWatched: true }],
    ['whether failures are followed', { isFollowed: true }],
  ])('is another one after a change of %s, though the provider is the same', (_, change) => {
    const wanted = needs(aws, { signingKey: key });
    const before = providerCluster(wanted, options);
    const after = providerCluster({ ...wanted, ...change }, options);
    expect(after.version).not.toBe(before.version);
    expect(providerCluster(wanted, options).version).toBe(before.version);
  });

  it('signs requests to AWS: the host, and the headers that nobody changes on the way', () => {
    const text = shown(
      needs(
        { ...aws, endpoint: { host: 'bedrock.test', port: 443, basePath: '' }, tls: { serverName: 'bedrock.test' } },
        { signingKey: key },
      ),
    );
    for (const part of [
      '"service_name":"bedrock"',
      '"region":"eu-west-1"',
      '"host_rewrite":"bedrock.test"',
      '"match_included_headers":[{"exact":"content-type"},{"prefix":"x-amz-"}]',
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('very-secret');
  });

  it('signs nothing without a key, and nothing for a provider that is shown a header', () => {
    expect(shown(needs(aws))).not.toContain('aws_request_signing');
    const header = { credential: { header: 'api-key', prefix: '', secret: 's' } };
    const text = shown(needs(header, { signingKey: key }));
    expect(text).not.toContain('aws_request_signing');
    expect(text.indexOf('credential_injector')).toBeGreaterThan(text.indexOf('provider-headers'));
  });

  it.each([
    ['10.0.0.1', 80, undefined, '10.0.0.1'],
    ['10.0.0.1', 8000, undefined, '10.0.0.1:8000'],
    ['10.0.0.1', 443, undefined, '10.0.0.1:443'],
    ['fd00::1', 80, undefined, '[fd00::1]'],
    ['fd00::1', 8000, undefined, '[fd00::1]:8000'],
    ['10.0.0.1', 8000, 'called.test', 'called.test'],
  ])(
    'calls the host %s, port %i, as %s in requests: without the port of the scheme',
    (host, port, hostname, expected) => {
      const endpoint = { host, port, basePath: '', ...(hostname !== undefined && { hostname }) };
      expect(shown(needs({ endpoint }))).toContain(`"hostname":"${expected}"`);
    },
  );

  it('leaves the port of HTTPS out of the host where it speaks TLS', () => {
    const named = { endpoint: { host: 'a.test', port: 443, basePath: '' } };
    expect(shown(needs({ ...named, tls: { serverName: 'a.test' } }))).toContain('"hostname":"a.test"');
    expect(shown(needs(named))).toContain('"hostname":"a.test:443"');
  });
});

describe('TLS to a provider', () => {
  const over = (tls: Provider['tls']) => shown(needs(tls === undefined ? {} : { tls }));
  const sanOf = (text: string): readonly string[] =>
    [...text.matchAll(/"san_type":"(\w+)","matcher":\{"exact":"([^"]+)"/g)].map(([, type, name]) => `${type} ${name}`);

  it('demands the name in the certificate, and asks for it', () => {
    const text = over({ serverName: 'a.test' });
    expect(text).toContain('"sni":"a.test"');
    expect(sanOf(text)).toEqual(['DNS a.test']);
    expect(text).toContain('"filename":"/etc/ssl/certs/ca-certificates.crt"');
  });

  it.each(['10.0.0.1', 'fd00::1'])(
    'demands an address in the certificate as such, and asks for no name: %s',
    (address) => {
      const text = over({ serverName: address });
      expect(text).not.toContain('"sni":');
      expect(sanOf(text)).toEqual([`IP_ADDRESS ${address}`]);
    },
  );

  it('demands one of the other names instead where there are any', () => {
    const subjectNames = [
      { kind: 'dns', value: 'b.test' },
      { kind: 'uri', value: 'spiffe://test/b' },
    ] as const;
    const text = over({ serverName: 'a.test', subjectNames });
    expect(text).toContain('"sni":"a.test"');
    expect(sanOf(text)).toEqual(['DNS b.test', 'URI spiffe://test/b']);
  });

  it('demands the name also where the authority is one of the policy’s, and shows its own certificate', () => {
    const text = over({ serverName: 'a.test', ca: 'the-ca', clientCertificate: 'the-certificate' });
    expect(sanOf(text)).toEqual(['DNS a.test']);
    expect(text).toContain('"name":"the-ca"');
    expect(text).toContain('"name":"the-certificate"');
    expect(text).not.toContain('ca-certificates.crt');
  });
});
