import { describe, expect, it } from 'vitest';
import { listFieldOf, namespaceMetadata } from './metadata.ts';
import { decodedStruct } from './testing/decoded.ts';
import { encodeStruct, encodeValue, listItem, nestedList, structField } from './wire/struct.ts';

describe('namespaceMetadata()', () => {
  it.each([0, 1, 40])('encodes the same Struct as the encoder of whole values, with %i fields', (count) => {
    const names = Array.from({ length: count }, (_, i) => `field-${i}`);
    const encoded = namespaceMetadata('sluice.log')(names.map((name) => structField(name, encodeValue('größe'))));
    expect(encoded).toEqual(encodeStruct({ 'sluice.log': Object.fromEntries(names.map((name) => [name, 'größe'])) }));
  });

  it('puts other namespaces beside it', () => {
    const route = namespaceMetadata('a')([structField('x', encodeValue(1))]);
    const log = namespaceMetadata('b')([structField('y', encodeValue(true))]);
    expect(decodedStruct(Buffer.concat([route, log]))).toEqual({ a: { x: 1 }, b: { y: true } });
  });
});

describe('listFieldOf()', () => {
  it('encodes a list of encoded items', () => {
    const items = ['a', 'b'].map((name) => listItem(encodeValue({ name, clusters: [{ weight: 1 }] })));
    const encoded = namespaceMetadata('sluice.route')([listFieldOf('priority_groups')(items)]);
    expect(encoded).toEqual(nestedList('sluice.route', 'priority_groups')(items));
  });
});
