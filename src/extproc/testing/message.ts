import { create, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { ProcessingRequestSchema } from '../../gen/envoy/service/ext_proc/v3/external_processor_pb.js';
import { decodeRequest, Incoming } from '../wire/incoming.ts';

export type HeaderLines = Readonly<Record<string, string | readonly string[]>>;

export function headerMap(lines: HeaderLines) {
  const headers = Object.entries(lines).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : value).map((one) => ({ key, rawValue: Buffer.from(one, 'latin1') })),
  );
  return { headers: { headers } };
}

export function attributesOf(attributes: JsonObject): { [key: string]: JsonObject } {
  return Object.keys(attributes).length === 0 ? {} : { 'envoy.filters.http.ext_proc': attributes };
}

/** Request headers as a stage gets them. */
export function requestHeadersMessage(lines: HeaderLines, attributes: JsonObject = {}): Incoming {
  return decoded({
    request: { case: 'requestHeaders', value: headerMap(lines) },
    attributes: attributesOf(attributes),
  });
}

export function responseHeadersMessage(lines: HeaderLines, attributes: JsonObject = {}): Incoming {
  return decoded({
    request: { case: 'responseHeaders', value: headerMap(lines) },
    attributes: attributesOf(attributes),
  });
}

function decoded(init: Parameters<typeof create<typeof ProcessingRequestSchema>>[1]): Incoming {
  const incoming = new Incoming();
  decodeRequest(Buffer.from(toBinary(ProcessingRequestSchema, create(ProcessingRequestSchema, init))), incoming);
  return incoming;
}
