import { fromBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import type { HeaderValue } from '../../gen/envoy/config/core/v3/base_pb.js';
import {
  type ProcessingRequest,
  ProcessingRequestSchema,
} from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { decodeRequest, Incoming } from './incoming.ts';
import { kind } from './kind.ts';
import { check, forCases } from './testing/random.ts';
import { headerNames, keys, namespaces, randomRequest } from './testing/requests.ts';

/** protobuf-es as the outside judge: what it reads, we read. */
const incoming = new Incoming();

it('reads the same fields as protobuf-es from 50,000 messages', () => {
  const seen = { headers: 0, bodies: 0, attributes: 0, metadata: 0, joined: 0 };
  forCases(50_000, (random) => {
    const bytes = randomRequest(random);
    const reference = fromBinary(ProcessingRequestSchema, bytes);
    decodeRequest(bytes, incoming);
    const { request } = reference;
    same('kind', incoming.kind, request.case === undefined ? 0 : kind[request.case]);
    same('endOfStream', incoming.endOfStream, endOfStream(reference));
    const body = 'body' in (request.value ?? {}) ? (request.value as { body: Uint8Array }).body : new Uint8Array();
    check(incoming.body.equals(body), () => 'body differs');
    seen.bodies += Number(body.length > 0);

    const headers = headersOf(reference);
    same('headerCount', incoming.headerCount, headers.length);
    const joined = new Map<string, string>();
    headers.forEach((header, index) => {
      const value = rawValueOf(header);
      same(`name ${index}`, incoming.headerName(index), header.key);
      same(`value ${index}`, incoming.headerValue(index), value.toString('latin1'));
      check(incoming.headerBytes(index).equals(value), () => `bytes of header ${index} differ`);
      const before = joined.get(header.key);
      seen.joined += Number(before !== undefined);
      joined.set(
        header.key,
        before === undefined ? value.toString('latin1') : `${before}, ${value.toString('latin1')}`,
      );
    });
    for (const name of [...headerNames, ...joined.keys(), 'x-absent']) {
      same(`header ${name}`, incoming.header(name), joined.get(name));
    }
    seen.headers += headers.length;

    for (const key of keys) {
      const attribute = scalar(reference.attributes[namespaces[0]]?.[key]);
      same(`attribute ${key}`, incoming.attribute(key), attribute);
      seen.attributes += Number(attribute !== undefined);
      for (const namespace of namespaces) {
        const value = scalar(reference.metadataContext?.filterMetadata[namespace]?.[key]);
        same(`metadata ${namespace} ${key}`, incoming.metadata(namespace, key), value);
        seen.metadata += Number(value !== undefined);
      }
    }
  });
  // Otherwise the comparison above would compare nothing.
  for (const count of Object.values(seen)) {
    expect(count).toBeGreaterThan(1_000);
  }
});

function same(what: string, ours: unknown, theirs: unknown): void {
  check(Object.is(ours, theirs), () => `${what}: ${String(ours)} instead of ${String(theirs)}`);
}

function scalar(value: unknown): unknown {
  return value === null || typeof value === 'object' ? undefined : value;
}

function headersOf({ request }: ProcessingRequest): readonly HeaderValue[] {
  switch (request.case) {
    case 'requestHeaders':
    case 'responseHeaders':
      return request.value.headers?.headers ?? [];
    case 'requestTrailers':
    case 'responseTrailers':
      return request.value.trailers?.headers ?? [];
    default:
      return [];
  }
}

function endOfStream({ request }: ProcessingRequest): boolean {
  switch (request.case) {
    case undefined:
      return false;
    case 'requestTrailers':
    case 'responseTrailers':
      return true;
    default:
      return request.value.endOfStream;
  }
}

function rawValueOf(header: HeaderValue): Buffer {
  return Buffer.from(header.rawValue.length > 0 ? header.rawValue : Buffer.from(header.value));
}
