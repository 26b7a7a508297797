import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { billOfMaterials } from './bill-of-materials.ts';
import { closureOf } from './closure.ts';

const root = join(import.meta.dirname, '../..');
const programs = ['cmd/controller/main.ts', 'cmd/processor/main.ts', 'cmd/practice/main.ts'];

describe('the bill of materials of the images', () => {
  const { components } = billOfMaterials(root, programs);
  const names = components.map(({ name }) => name);

  it('lists every package that is laid out, and what runs them', () => {
    for (const folder of closureOf(root, programs).packages) {
      expect(names).toContain(folder.replace(/^.*node_modules\//, ''));
    }
    // A tool for developers needs it as well, which is where npm's own bill loses it.
    expect(names).toEqual(expect.arrayContaining(['@grpc/grpc-js', '@bufbuild/protobuf', 'node', 'envoy']));
  });

  it('lists nothing that only developers have, and nothing twice', () => {
    for (const tool of ['vitest', 'typescript', '@biomejs/biome']) expect(names).not.toContain(tool);
    const places = components.map(({ purl }) => purl);
    expect(places).toEqual([...new Set(places)]);
  });

  it('says of each package where it comes from, under which license, and which bytes it is', () => {
    const grpc = components.find(({ name }) => name === '@grpc/grpc-js');
    expect(grpc).toMatchObject({
      purl: `pkg:npm/%40grpc/grpc-js@${grpc?.version}`,
      licenses: [{ expression: 'Apache-2.0' }],
      hashes: [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    });
  });
});
