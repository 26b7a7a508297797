import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { ProcessingResponseSchema } from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { kind } from './kind.ts';
import { responseBodyOverride } from './mode.ts';
import { continueFrame, encodeImmediate, encodeMutation, noMutation } from './outgoing.ts';
import { structField } from './struct-field.ts';
import { WireError } from './wire-error.ts';

function parsed(frame: Buffer) {
  return fromBinary(ProcessingResponseSchema, frame.subarray(5));
}

describe('encodeMutation()', () => {
  it('never sends clear_route_cache without a header mutation, since Envoy would ignore it', () => {
    const { response } = parsed(encodeMutation(kind.requestBody, { ...noMutation, clearRouteCache: true }));
    expect(response).toMatchObject({
      case: 'requestBody',
      value: { response: { clearRouteCache: true, headerMutation: { setHeaders: [], removeHeaders: [] } } },
    });
  });

  it('writes values as raw bytes that replace what is there', () => {
    const { response } = parsed(
      encodeMutation(kind.requestHeaders, { ...noMutation, setHeaders: ['x', 'é\x00ÿ', 'y', 'z'.repeat(300)] }),
    );
    const set = response.case === 'requestHeaders' ? response.value.response?.headerMutation?.setHeaders : undefined;
    expect(set?.[0]).toMatchObject({ header: { key: 'x', value: '' }, appendAction: 2 });
    expect(Buffer.from(set?.[0]?.header?.rawValue ?? [])).toEqual(Buffer.of(0xe9, 0, 0xff));
    expect(set?.[1]?.header?.rawValue).toHaveLength(300);
  });

  it('tells an empty body from no body', () => {
    const { response } = parsed(encodeMutation(kind.responseBody, { ...noMutation, body: Buffer.alloc(0) }));
    expect(response).toMatchObject({ value: { response: { bodyMutation: { mutation: { case: 'body' } } } } });
  });

  it('refuses what cannot be sent', () => {
    const encode = (change: Partial<typeof noMutation>, of: number = kind.requestHeaders) => {
      return () => encodeMutation(of, { ...noMutation, ...change });
    };
    const long = 'a'.repeat(100);
    expect(encode({ setHeaders: ['x'] })).toThrow(WireError);
    expect(encode({ setHeaders: ['x', '€'] })).toThrow(WireError);
    expect(encode({ setHeaders: ['x', `${long}€`] })).toThrow(WireError);
    expect(encode({ setHeaders: ['é', 'x'] })).toThrow(WireError);
    expect(encode({ removeHeaders: ['é'] })).toThrow(WireError);
    expect(encode({ body: Buffer.alloc(1), clearBody: true })).toThrow(WireError);
    expect(encode({ body: Buffer.alloc(1) }, kind.responseTrailers)).toThrow(WireError);
    expect(encode({}, 1)).toThrow(WireError);
    expect(encode({}, 8)).toThrow(WireError);
    expect(() => continueFrame(0)).toThrow(WireError);
  });

  it('keeps the value that it refuses out of the error', () => {
    expect(() =>
      encodeMutation(kind.requestHeaders, { ...noMutation, setHeaders: ['authorization', 'sécret €'] }),
    ).toThrow(/^a header value holds a character above 0xff$/);
  });
});

describe('encodeImmediate()', () => {
  it('refuses a status that no caller may see', () => {
    for (const status of [0, 100, 199, 600, 200.5, Number.NaN]) {
      expect(() => encodeImmediate({ status, headers: [], body: Buffer.alloc(0), details: '' })).toThrow(WireError);
    }
  });
});

describe('structField()', () => {
  it('makes fields that behind each other are a Struct, the later of two with one key winning', () => {
    const fields = [structField('a', 'größe'), structField('b', true), structField('b', false)];
    const response = parsed(encodeMutation(kind.requestBody, { ...noMutation, metadata: Buffer.concat(fields) }));
    expect(response.dynamicMetadata).toEqual({ a: 'größe', b: false });
  });
});

describe('mode overrides', () => {
  it('say what their names say', () => {
    const of = (modeOverride: Buffer) =>
      parsed(encodeMutation(kind.responseHeaders, { ...noMutation, modeOverride })).modeOverride;
    expect(of(responseBodyOverride.none)).toMatchObject({ responseHeaderMode: 1, responseBodyMode: 0 });
    expect(of(responseBodyOverride.streamed)).toMatchObject({ responseHeaderMode: 1, responseBodyMode: 1 });
    expect(of(responseBodyOverride.buffered)).toMatchObject({ responseHeaderMode: 1, responseBodyMode: 2 });
    expect(of(responseBodyOverride.fullDuplexStreamed)).toMatchObject({ responseBodyMode: 4, responseTrailerMode: 1 });
  });
});
