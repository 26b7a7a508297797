import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ProcessingRequestSchema } from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { decodeRequest, Incoming } from './incoming.ts';
import { kind } from './kind.ts';

function decoded(init: MessageInitShape<typeof ProcessingRequestSchema>, into = new Incoming()): Incoming {
  decodeRequest(Buffer.from(toBinary(ProcessingRequestSchema, create(ProcessingRequestSchema, init))), into);
  return into;
}

function withHeaders(headers: { key: string; value?: string; rawValue?: Uint8Array }[]): Incoming {
  return decoded({ request: { case: 'requestHeaders', value: { headers: { headers } } } });
}

describe('Incoming', () => {
  it('prefers raw_value and falls back to value', () => {
    const incoming = withHeaders([
      { key: 'a', rawValue: Buffer.from('raw') },
      { key: 'b', value: 'plain' },
      { key: 'c', value: 'plain', rawValue: Buffer.from('raw') },
      { key: 'd' },
    ]);
    expect(['a', 'b', 'c', 'd', 'e'].map((name) => incoming.header(name))).toEqual([
      'raw',
      'plain',
      'raw',
      '',
      undefined,
    ]);
  });

  it('keeps every byte of a value', () => {
    const every = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const incoming = withHeaders([{ key: 'x', rawValue: every }]);
    expect(incoming.headerBytes(0)).toEqual(every);
    expect(Buffer.from(incoming.header('x') ?? '', 'latin1')).toEqual(every);
  });

  it('joins the lines of one name', () => {
    const incoming = withHeaders([
      { key: 'x', value: 'one' },
      { key: 'y', value: 'other' },
      { key: 'x', value: 'two' },
    ]);
    expect(incoming.header('x')).toBe('one, two');
  });

  it('tells whether there is a header, also an empty one', () => {
    const incoming = withHeaders([{ key: 'other', value: 'x' }, { key: 'empty' }]);
    expect(['other', 'empty', 'othe', 'othex', 'x'].map((name) => incoming.has(name))).toEqual([
      ...[true, true],
      ...[false, false, false],
    ]);
  });

  it('gives body and end of stream, and forgets them with the next message', () => {
    const incoming = decoded({
      request: { case: 'requestBody', value: { body: Buffer.from('{}'), endOfStream: true } },
    });
    expect([incoming.kind, incoming.body.toString(), incoming.endOfStream]).toEqual([kind.requestBody, '{}', true]);
    decoded(
      { request: { case: 'responseHeaders', value: { headers: { headers: [{ key: 'a', value: '1' }] } } } },
      incoming,
    );
    expect([incoming.kind, incoming.body.length, incoming.endOfStream]).toEqual([kind.responseHeaders, 0, false]);
    decoded({}, incoming);
    expect([incoming.kind, incoming.headerCount, incoming.header('a')]).toEqual([0, 0, undefined]);
  });

  it('takes trailers for the end of the stream', () => {
    const incoming = decoded({
      request: { case: 'responseTrailers', value: { trailers: { headers: [{ key: 'grpc-status', value: '0' }] } } },
    });
    expect([incoming.endOfStream, incoming.header('grpc-status')]).toEqual([true, '0']);
  });

  it('reads attributes, and those of the next message afterwards', () => {
    const attributes = (cluster: string) => ({
      'envoy.filters.http.ext_proc': {
        'xds.cluster_name': cluster,
        'upstream.request_attempt_count': 2,
        ok: true,
        none: null,
      },
    });
    const incoming = decoded({ attributes: attributes('one') });
    expect(incoming.attribute('xds.cluster_name')).toBe('one');
    expect(incoming.attribute('upstream.request_attempt_count')).toBe(2);
    expect(incoming.attribute('ok')).toBe(true);
    expect(incoming.attribute('none')).toBeUndefined();
    decoded({ attributes: attributes('two') }, incoming);
    expect(incoming.attribute('xds.cluster_name')).toBe('two');
    decoded({}, incoming);
    expect(incoming.attribute('xds.cluster_name')).toBeUndefined();
  });

  it('reads metadata by namespace', () => {
    const incoming = decoded({
      metadataContext: { filterMetadata: { a: { key: 'in a' }, b: { key: 'in b', list: [1], tree: { key: 1 } } } },
    });
    expect(incoming.metadata('a', 'key')).toBe('in a');
    expect(incoming.metadata('b', 'key')).toBe('in b');
    expect(incoming.metadata('b', 'list')).toBeUndefined();
    expect(incoming.metadata('b', 'tree')).toBeUndefined();
    expect(incoming.metadata('c', 'key')).toBeUndefined();
  });

  it('looks at bytes without copying them', () => {
    const incoming = new Incoming();
    const message = Buffer.from('220a0a0868656c6c6f202121', 'hex');
    decodeRequest(message, incoming);
    expect(incoming.body.toString()).toBe('hello !!');
    expect(incoming.body.buffer).toBe(message.buffer);
  });
});
