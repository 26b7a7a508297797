import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { getOrCreate } from '../../lib/get-or-create.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Outgoing } from './due.ts';
import type { Variant } from './stream.ts';

// Field numbers of envoy.service.discovery.v3.DiscoveryResponse, DeltaDiscoveryResponse and Resource. Written by hand
// so that the bytes of a resource, made once, are shared by all streams; checked against the generated code in a test.
const sotw = { versionInfo: 1, resources: 2, typeUrl: 4, nonce: 5 } as const;
const delta = { resources: 2, typeUrl: 4, nonce: 5, removedResources: 6 } as const;
const resourceFields = { version: 1, resource: 2, name: 3 } as const;
const anyFields = { typeUrl: 1, value: 2 } as const;

const lengthDelimited = 2;

const anys = new WeakMap<Resource, Uint8Array>();
const wrapped = new WeakMap<Resource, Uint8Array>();

export function encodeResponse(variant: Variant, response: Outgoing): Buffer {
  const writer = new BinaryWriter();
  if (variant === 'sotw') {
    writer.tag(sotw.versionInfo, lengthDelimited).string(response.version);
    for (const resource of response.resources) writer.tag(sotw.resources, lengthDelimited).bytes(anyOf(resource));
    writer.tag(sotw.typeUrl, lengthDelimited).string(response.typeUrl);
    writer.tag(sotw.nonce, lengthDelimited).string(response.nonce);
    return asBuffer(writer.finish());
  }
  for (const resource of response.resources) writer.tag(delta.resources, lengthDelimited).bytes(wrap(resource));
  writer.tag(delta.typeUrl, lengthDelimited).string(response.typeUrl);
  writer.tag(delta.nonce, lengthDelimited).string(response.nonce);
  for (const name of response.removed) writer.tag(delta.removedResources, lengthDelimited).string(name);
  return asBuffer(writer.finish());
}

/** A view, not a copy: a response may have megabytes. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function anyOf(resource: Resource): Uint8Array {
  return getOrCreate(anys, resource, () =>
    new BinaryWriter()
      .tag(anyFields.typeUrl, lengthDelimited)
      .string(resource.typeUrl)
      .tag(anyFields.value, lengthDelimited)
      .bytes(resource.body)
      .finish(),
  );
}

function wrap(resource: Resource): Uint8Array {
  return getOrCreate(wrapped, resource, () =>
    new BinaryWriter()
      .tag(resourceFields.version, lengthDelimited)
      .string(resource.version)
      .tag(resourceFields.resource, lengthDelimited)
      .bytes(anyOf(resource))
      .tag(resourceFields.name, lengthDelimited)
      .string(resource.name)
      .finish(),
  );
}
