import { create, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import {
  PriorityGroupSchema,
  PriorityGroupsOverrideSchema,
} from '../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { namespaceMetadata, typedMetadata } from './metadata.ts';
import { decodedFrame, decodedStruct } from './testing/decoded.ts';
import { record } from './wire/bytes-out.ts';
import { kind } from './wire/kind.ts';
import { encodeMutation, noMutation } from './wire/outgoing.ts';
import { structField } from './wire/struct-field.ts';
import { structBytes } from './wire/testing/struct-bytes.ts';

describe('namespaceMetadata()', () => {
  it.each([0, 1, 40])('encodes the same Struct as protobuf-es, with %i fields', (count) => {
    const names = Array.from({ length: count }, (_, i) => `field-${i}`);
    const encoded = namespaceMetadata('sluice.log')(names.map((name) => structField(name, 'größe')));
    expect(encoded).toEqual(structBytes({ 'sluice.log': Object.fromEntries(names.map((name) => [name, 'größe'])) }));
  });

  it('puts other namespaces beside it', () => {
    const route = namespaceMetadata('a')([structField('x', 'größe')]);
    const log = namespaceMetadata('b')([structField('y', true)]);
    expect(decodedStruct(Buffer.concat([route, log]))).toEqual({ a: { x: 'größe' }, b: { y: true } });
  });
});

describe('typedMetadata()', () => {
  it.each([0, 1, 40])('is an entry that Envoy reads, of %i parts', (count) => {
    const groups = Array.from({ length: count }, (_, i) =>
      create(PriorityGroupSchema, { name: `group ${i}`, clusters: [{ clusterName: 'größe', weight: i + 1 }] }),
    );
    const parts = groups.map((group) => record(0x0a, Buffer.from(toBinary(PriorityGroupSchema, group))));
    const entry = typedMetadata('sluice.route', PriorityGroupsOverrideSchema.typeName)(parts);
    const { typedDynamicMetadata } = decodedFrame(
      encodeMutation(kind.requestBody, { ...noMutation, typedMetadata: entry }),
    );
    const override = create(PriorityGroupsOverrideSchema, { priorityGroups: groups });
    expect(Object.keys(typedDynamicMetadata)).toEqual(['sluice.route']);
    const typed = typedDynamicMetadata['sluice.route'];
    expect(typed && anyUnpack(typed, PriorityGroupsOverrideSchema)).toEqual(override);
  });
});
