import { describe, expect, it } from 'vitest';
import { gatewayModel, providerModel } from '../../../../e2e/support/gateway-model.ts';
import type { OwnFilter } from '../../../model/own-filter.ts';
import type { AwsKey } from '../../../model/secret.ts';
import { downstreamFilters, upstreamFilters } from './order.ts';

const common = { origins: [] };

const filters: readonly OwnFilter[] = [
  {
    ...common,
    kind: 'wasm',
    name: 'my-wasm',
    title: 't',
    rootId: '',
    code: { url: 'http://files.test/f.wasm', cluster: 'files', sha256: '00' },
    isOptional: false,
    environment: [],
  },
  {
    ...common,
    kind: 'processor',
    name: 'my-processor',
    cluster: 'c',
    authority: 'a',
    messageTimeoutMs: 1,
    isOptional: false,
    mayChangeMode: false,
    readableMetadata: [],
    writableMetadata: [],
  },
  { ...common, kind: 'lua', name: 'my-lua', script: '', isOptional: false },
  { ...common, kind: 'lua', name: 'my-listed', script: '', isOptional: false, isListed: true },
  {
    ...common,
    kind: 'tokens',
    name: 'my-tokens',
    issuers: [{ name: 'i', audiences: [], keySet: { json: '{}' }, from: [], claims: [] }],
    isOptional: false,
  },
  { ...common, kind: 'keys', name: 'my-keys', clients: [], headers: ['x-api-key'], hidesKey: false },
];

describe('the filters of a listener', () => {
  const namesOf = (own: readonly OwnFilter[]) =>
    downstreamFilters(gatewayModel({ filters: own })).map(({ name = '' }) => name);
  const kindsOf = (own: readonly OwnFilter[]) =>
    namesOf(own).filter((name) => own.some((filter) => name.includes(filter.name)));

  it('check callers first, then bring in what is listed, then scripts, services and code', () => {
    const order = ['my-keys', 'my-tokens', 'my-listed', 'my-lua', 'my-processor', 'my-wasm'];
    const found = kindsOf(filters).map((name) => order.findIndex((each) => name.includes(each)));
    expect(found).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('stand in front of our processor, which believes what they have checked, and the router ends them', () => {
    const names = namesOf(filters);
    const ours = names.findIndex((name) => name.includes('ext_proc') && !name.includes('my-'));
    expect(ours).toBeGreaterThan(names.findLastIndex((name) => name.includes('my-')));
    expect(names.at(-1)).toBe('envoy.filters.http.router');
    expect(names.filter((name) => name === 'envoy.filters.http.router')).toHaveLength(1);
  });

  it('answer load balancers before anything else', () => {
    expect(namesOf(filters)[0]).toBe(namesOf([])[0]);
    expect(namesOf([])[0]).toContain('health');
  });

  it('are fewer where the policy brings none along', () => {
    expect(namesOf([]).length).toBeLessThan(namesOf(filters).length - filters.length);
  });
});

describe('the filters of a provider', () => {
  const signingKey: AwsKey = { name: 'k', kind: 'awsKey', accessKeyId: 'AKIA1', secretAccessKey: 's' };
  const header = { header: 'api-key', prefix: '', secret: 's' };
  const signing = { service: 'bedrock', region: 'eu-west-1', secret: 'k' };
  const namesOf = (credential: typeof header | typeof signing | undefined, more = {}) =>
    upstreamFilters({
      provider: providerModel('a', 1, credential && { credential }),
      signingKey: undefined,
      isWatched: false,
      isFollowed: false,
      ...more,
    }).map(({ name }) => name);

  it('take every credential off before they put the provider’s own in', () => {
    const names = namesOf(header);
    expect(names.indexOf('envoy.filters.http.credential_injector')).toBe(names.indexOf('provider-headers') + 1);
    expect(namesOf(undefined)).toEqual(names.filter((name) => name !== 'envoy.filters.http.credential_injector'));
  });

  it('sign what leaves: nothing behind the signature changes it', () => {
    const names = namesOf(signing, { signingKey });
    expect(names.slice(-2)).toEqual(['envoy.filters.http.aws_request_signing', 'envoy.filters.http.upstream_codec']);
    expect(names).not.toContain('envoy.filters.http.credential_injector');
  });

  it('judge answers, and note failures, only where that is asked for', () => {
    const plain = namesOf(header);
    expect(namesOf(header, { isWatched: true })).toHaveLength(plain.length + 1);
    const followed = namesOf(header, { isFollowed: true });
    expect(followed).toHaveLength(plain.length + 1);
    expect(plain).not.toContain(followed.at(-2));
  });
});
