import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ApiKeyAuthSchema } from '../../../gen/envoy/extensions/filters/http/api_key_auth/v3/api_key_auth_pb.js';
import { JwtAuthenticationSchema } from '../../../gen/envoy/extensions/filters/http/jwt_authn/v3/config_pb.js';
import type { KeyFilter, TokenFilter, TokenIssuer } from '../../../model/own-filter.ts';
import type { Secret } from '../../../model/secret.ts';
import { keyFilter } from './keys.ts';
import { tokenFilter } from './tokens.ts';

describe('keyFilter()', () => {
  const secrets = new Map<string, Secret>([
    ['a', { name: 'a', kind: 'opaque', value: 'the key of ana' }],
    ['t', { name: 't', kind: 'trustedCa', certificates: 'no key' }],
  ]);
  const sent = (parts: Partial<KeyFilter> = {}) => {
    const filter: KeyFilter = {
      kind: 'keys',
      name: 'k',
      clients: [{ client: 'ana', secret: 'a' }],
      headers: ['x-api-key', 'x-mine'],
      hidesKey: false,
      origins: [],
      ...parts,
    };
    return fromBinary(ApiKeyAuthSchema, keyFilter(filter, secrets).typedConfig.value);
  };

  it('knows clients by their keys, where they may be shown', () => {
    const { credentials, keySources } = sent();
    expect(credentials.map(({ client, key }) => [client, key])).toEqual([['ana', 'the key of ana']]);
    expect(keySources.map(({ header }) => header)).toEqual(['x-api-key', 'x-mine']);
  });

  it('takes a client whose key is not there, or is none, for nobody', () => {
    const clients = ['gone', 't'].map((secret) => ({ client: secret, secret }));
    expect(sent({ clients }).credentials).toEqual([]);
  });

  it('hides the key, and names the client, where that is asked for', () => {
    expect(sent().forwarding).toMatchObject({ hideCredentials: false, header: '' });
    expect(sent({ hidesKey: true, clientHeader: 'x-client' }).forwarding).toMatchObject({
      hideCredentials: true,
      header: 'x-client',
    });
  });
});

describe('tokenFilter()', () => {
  const issuer = (name: string, parts: Partial<TokenIssuer> = {}): TokenIssuer => ({
    name,
    audiences: [],
    keySet: { json: '{"keys":[]}' },
    from: [],
    claims: [],
    ...parts,
  });
  const sent = (parts: Partial<TokenFilter> = {}, use: { isTaken?: boolean; choosesRoutes?: boolean } = {}) => {
    const filter: TokenFilter = {
      kind: 'tokens',
      name: 'p/tokens',
      issuers: [issuer('a')],
      isOptional: false,
      origins: [],
      ...parts,
    };
    const { typedConfig } = tokenFilter(filter, 'shown', { isTaken: false, choosesRoutes: false, ...use });
    return fromBinary(JwtAuthenticationSchema, typedConfig.value);
  };
  const wantedBy = (config: ReturnType<typeof sent>) => {
    const [rule, ...more] = config.rules;
    expect(more).toEqual([]);
    expect(rule?.match?.pathSpecifier).toEqual({ case: 'prefix', value: '/' });
    const wanted = rule?.requirementType;
    if (wanted?.case !== 'requires') return undefined;
    const { requiresType } = wanted.value;
    return requiresType.case === 'requiresAny'
      ? requiresType.value.requirements.map((each) => each.requiresType.case)
      : requiresType.case;
  };

  it('wants a token of everybody, of one of its issuers', () => {
    expect(wantedBy(sent())).toBe('providerName');
    const two = sent({ issuers: [issuer('a'), issuer('b')] });
    expect(wantedBy(two)).toEqual(['providerName', 'providerName']);
    expect(Object.keys(two.providers)).toEqual(['a', 'b']);
  });

  it('lets those without a token in where it is optional, and a wrong one never', () => {
    expect(wantedBy(sent({ isOptional: true }))).toEqual(['providerName', 'allowMissing']);
  });

  it('demands issuer and audiences where they are given', () => {
    const { providers } = sent({
      issuers: [issuer('a', { issuer: 'https://a.test', audiences: ['gateway'] }), issuer('b')],
    });
    expect(providers.a).toMatchObject({ issuer: 'https://a.test', audiences: ['gateway'] });
    expect(providers.b).toMatchObject({ issuer: '', audiences: [] });
  });

  it('looks where the token is to be shown, and makes headers of claims', () => {
    const from = [{ header: 'x-token', prefix: 'Token ' }];
    const claims = [{ claim: 'org.name', header: 'x-org' }];
    const { a } = sent({ issuers: [issuer('a', { from, claims })] }).providers;
    expect(a?.fromHeaders).toMatchObject([{ name: 'x-token', valuePrefix: 'Token ' }]);
    expect(a?.claimToHeaders).toMatchObject([{ headerName: 'x-org', claimName: 'org.name' }]);
  });

  it('takes the token off, or leaves it to a service', () => {
    expect(sent({}, { isTaken: true }).providers.a?.forward).toBe(false);
    expect(sent().providers.a?.forward).toBe(true);
  });

  it('has routes looked for again, by what it has verified, only where some match its headers', () => {
    expect(sent({}, { choosesRoutes: true }).providers.a).toMatchObject({
      clearRouteCache: true,
      payloadInMetadata: 'p/tokens',
    });
    expect(sent().providers.a).toMatchObject({ clearRouteCache: false, payloadInMetadata: '' });
  });

  it('fetches keys that are somewhere else, and keeps them as long as is said', () => {
    const keySet = { url: 'https://keys.test/set', cluster: 'service/keys', cacheMs: 60_000 };
    const source = sent({ issuers: [issuer('a', { keySet })] }).providers.a?.jwksSourceSpecifier;
    if (source?.case !== 'remoteJwks') throw new Error('not fetched');
    expect(source.value.httpUri).toMatchObject({
      uri: 'https://keys.test/set',
      httpUpstreamType: { case: 'cluster', value: 'service/keys' },
    });
    expect(source.value.cacheDuration?.seconds).toBe(60n);
    expect(source.value.asyncFetch?.fastListener).toBe(true);
  });
});
