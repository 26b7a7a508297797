import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import {
  DeltaDiscoveryResponseSchema,
  DiscoveryResponseSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { typeUrls } from '../snapshot/type-url.ts';
import { encodeResponse } from './encode.ts';
import { resource } from './testing/resources.ts';

const response = {
  typeUrl: typeUrls.cluster,
  nonce: '7',
  version: 'abc',
  resources: [resource('cluster', 'a@1>a'), resource('cluster', 'ü@2')],
  removed: ['gone', 'ß'],
};

describe('encodeResponse()', () => {
  it('writes what the generated code reads as a state-of-the-world response', () => {
    const read = fromBinary(DiscoveryResponseSchema, new Uint8Array(encodeResponse('sotw', response)));
    expect(read).toMatchObject({ versionInfo: 'abc', nonce: '7', typeUrl: typeUrls.cluster });
    expect(read.resources.map(({ typeUrl, value }) => [typeUrl, value])).toEqual(
      response.resources.map(({ typeUrl, body }) => [typeUrl, body]),
    );
    expect(read.$unknown).toBeUndefined();
  });

  it('writes what the generated code reads as a delta response', () => {
    const read = fromBinary(DeltaDiscoveryResponseSchema, new Uint8Array(encodeResponse('delta', response)));
    expect(read).toMatchObject({ nonce: '7', typeUrl: typeUrls.cluster, removedResources: ['gone', 'ß'] });
    expect(read.resources.map((each) => [each.name, each.version, each.resource?.value])).toEqual(
      response.resources.map(({ name, version, body }) => [name, version, body]),
    );
    expect(read.$unknown).toBeUndefined();
  });
});
