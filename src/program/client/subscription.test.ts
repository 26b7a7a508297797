import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { DeltaDiscoveryResponseSchema } from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { acknowledge, receivedResources, subscribeToAll } from './subscription.ts';

const typeUrl = 'type.googleapis.com/sluice.program.v1.ApiKey';

function response(resources: { name: string; resource?: { typeUrl: string; value: Uint8Array } }[]) {
  return create(DeltaDiscoveryResponseSchema, { typeUrl, nonce: 'n1', resources });
}

describe('receivedResources()', () => {
  it('refuses what is empty or of another type than its response', () => {
    const value = Buffer.from('x');
    const { received, refused } = receivedResources(
      response([
        { name: 'good', resource: { typeUrl, value } },
        { name: 'empty' },
        { name: 'stray', resource: { typeUrl: 'type.googleapis.com/other', value } },
      ]),
    );
    expect(received.map(({ name }) => name)).toEqual(['good']);
    expect(refused).toEqual([
      { name: 'empty', reason: 'is empty' },
      { name: 'stray', reason: 'is a type.googleapis.com/other' },
    ]);
  });
});

describe('acknowledge()', () => {
  it.each([1, 50])('names every refused resource of %i, since the server takes the others for accepted', (length) => {
    const refused = Array.from({ length }, (_, i) => ({ name: `k${i}`, reason: 'is bad' }));
    const request = acknowledge(response([]), refused);
    expect(request).toMatchObject({ typeUrl, responseNonce: 'n1' });
    for (const { name } of refused) expect(request.errorDetail?.message).toContain(`${name}: is bad`);
  });

  it('says nothing where nothing was refused', () => {
    expect(acknowledge(response([]), []).errorDetail).toBeUndefined();
  });
});

describe('subscribeToAll()', () => {
  it('asks by the explicit wildcard, which every server takes for every type', () => {
    const request = subscribeToAll(typeUrl, new Map([['k', 'v1']]), undefined);
    expect(request.resourceNamesSubscribe).toEqual(['*']);
    expect(request.initialResourceVersions).toEqual({ k: 'v1' });
    expect(request.node).toBeUndefined();
  });
});
