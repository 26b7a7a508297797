import { describe, expect, it } from 'vitest';
import type { Resource } from '../../../xds/snapshot/resource.ts';
import { typeUrls } from '../../../xds/snapshot/type-url.ts';
import type { Account } from './account.ts';
import { areSettled, elsewhereOf, type Replica } from './elsewhere.ts';

const cluster: Resource = {
  typeUrl: typeUrls.cluster,
  name: 'p1',
  version: 'v2',
  body: new Uint8Array(),
  origins: ['Provider/p1'],
};
const desired = (gateway: string, typeUrl: string, name: string): Resource | undefined =>
  gateway === 'egress' && typeUrl === cluster.typeUrl && name === cluster.name ? cluster : undefined;

function replica(account: Partial<Account>, isSilent = false): Replica {
  const clients = [{ gateway: 'egress', node: 'e1', role: 'envoy', isInSync: true } as const];
  const whole = { replica: 'b', policy: 'same', isPublished: true, clients, refusals: [], ...account };
  return { address: '10.0.0.7:10089', account: whole, isSilent };
}

const refusal = { gateway: 'egress', typeUrl: cluster.typeUrl, name: 'p1', version: 'v2', text: 'no' };

describe('elsewhereOf()', () => {
  it('believes a replica that has read and published the same', () => {
    expect(elsewhereOf([replica({})], 'same', desired).clients).toMatchObject([{ node: 'e1', isInSync: true }]);
    expect(areSettled([replica({})], 'same')).toBe(true);
  });

  it.each([{ policy: 'older' }, { isPublished: false }])('waits for the clients of one that has not: %o', (account) => {
    expect(elsewhereOf([replica(account)], 'same', desired).clients).toMatchObject([{ node: 'e1', isInSync: false }]);
    expect(areSettled([replica(account)], 'same')).toBe(false);
  });

  it('waits for all clients of all that answer, and not for those that do not', () => {
    const client = (node: string, isInSync: boolean) => ({ gateway: 'egress', node, role: 'envoy', isInSync }) as const;
    const behind = replica({ clients: [client('e1', true), client('e2', false)] });
    expect(areSettled([replica({}), behind], 'same')).toBe(false);
    expect(areSettled([replica({}), { ...behind, isSilent: true }, { address: 'new', isSilent: true }], 'same')).toBe(
      true,
    );
  });

  it('waits for nobody where nobody is connected', () => {
    expect(elsewhereOf([replica({ policy: 'older', clients: [] })], 'same', desired)).toEqual({
      clients: [],
      nacksElsewhere: new Map(),
      refused: [],
      accepted: [],
      silent: [],
    });
  });

  it('tells a refusal on the documents behind it while its content is what is wanted', () => {
    const nacks = (version: string) =>
      elsewhereOf([replica({ refusals: [{ ...refusal, version }] })], 'same', desired).nacksElsewhere;
    expect(nacks('v2')).toEqual(new Map([['Provider/p1', 'no']]));
    expect(nacks('v1')).toEqual(new Map());
  });

  it('passes on what others refuse and have in force', () => {
    const whole = { ...refusal, by: ['envoy/1.40.0'], documents: { 'Provider/p1': 'hash' } };
    const { gateway, typeUrl, name, version } = refusal;
    const accepted = [{ gateway, typeUrl, name, version }];
    expect(elsewhereOf([replica({ refusals: [whole], accepted })], 'same', desired)).toMatchObject({
      refused: [whole],
      accepted,
    });
  });

  it('knows nothing of the clients of one that is silent, but what they refused before', () => {
    expect(elsewhereOf([replica({ refusals: [refusal] }, true)], 'same', desired)).toEqual({
      clients: [],
      nacksElsewhere: new Map([['Provider/p1', 'no']]),
      // An older version of ours says too little for more.
      refused: [],
      accepted: [],
      silent: ['10.0.0.7:10089'],
    });
  });
});
