import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '../../gen/envoy/service/discovery/v3/discovery_pb.js';
import { snapshotOf } from '../snapshot/snapshot.ts';
import { typeUrls } from '../snapshot/type-url.ts';
import { applyRequest, requestedType } from './request.ts';
import { createClientStream } from './stream.ts';

const aggregated = { service: 'ads', method: 'm', variant: 'sotw', impliedType: undefined } as const;
const ofClusters = { ...aggregated, service: 'cds', impliedType: typeUrls.cluster } as const;
const ask = (typeUrl: string) => create(DiscoveryRequestSchema, { typeUrl });
const known = (count: number) => new Map(Array.from({ length: count }, (_, index) => [`type-${index}`, {}]));

describe('requestedType()', () => {
  it('is what the request says, or the method means', () => {
    expect(requestedType(ask(typeUrls.listener), aggregated, new Map())).toEqual({
      ok: true,
      value: typeUrls.listener,
    });
    expect(requestedType(ask(''), ofClusters, new Map())).toEqual({ ok: true, value: typeUrls.cluster });
  });

  it.each([
    ['no type', ask(''), aggregated, status.INVALID_ARGUMENT],
    ['another type than the method has', ask(typeUrls.listener), ofClusters, status.INVALID_ARGUMENT],
    ['a 65th type', ask(typeUrls.listener), aggregated, status.RESOURCE_EXHAUSTED],
  ])('ends the stream of who asks for %s', (_, request, method, code) => {
    expect(requestedType(request, method, known(64))).toMatchObject({ ok: false, error: { code } });
  });

  it('stays with a type that is one of the many already', () => {
    expect(requestedType(ask('type-7'), aggregated, known(64))).toMatchObject({ ok: true });
  });
});

describe('applyRequest()', () => {
  const cluster = { typeUrl: typeUrls.cluster, name: 'a', version: '1', body: new Uint8Array(), origins: [] };

  it.each(['sotw', 'delta'] as const)('knows a refusal in %s by its text, without the secret in it', (variant) => {
    const schema = variant === 'sotw' ? DiscoveryRequestSchema : DeltaDiscoveryRequestSchema;
    const { typeUrl } = cluster;
    const stream = createClientStream(variant);
    applyRequest(stream, typeUrl, create(schema, { typeUrl }), 0);
    const [sent] = stream.due(snapshotOf([cluster]), 0).responses;
    const responseNonce = sent?.nonce ?? '';
    const refusal = (message: string) => create(schema, { typeUrl, responseNonce, errorDetail: { code: 3, message } });
    const answer = applyRequest(stream, typeUrl, refusal('bad header: Bearer sk-abcdefghijklmnopqrstuvwx'), 1);
    expect(answer).toMatchObject({ kind: 'nack', names: ['a'], text: expect.stringContaining('bad header') });
    expect(JSON.stringify(answer)).not.toContain('abcdefghijklmnop');
  });

  it('takes a refusal without a reason for one', () => {
    const { typeUrl } = cluster;
    const stream = createClientStream('sotw');
    applyRequest(stream, typeUrl, ask(typeUrl), 0);
    const [sent] = stream.due(snapshotOf([cluster]), 0).responses;
    const responseNonce = sent?.nonce ?? '';
    const request = create(DiscoveryRequestSchema, { typeUrl, responseNonce, errorDetail: { code: 3 } });
    expect(applyRequest(stream, typeUrl, request, 1)).toMatchObject({ kind: 'nack', text: 'refused without a reason' });
  });
});
