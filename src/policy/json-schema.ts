import { type Kind, kinds, printableKinds } from './kinds.ts';
import { metadata } from './metadata.ts';
import type { JsonSchema } from './schema/schema.ts';

export { printableKinds };

/** JSON Schema (2020-12) of a kind, so that editors complete and check while people write. */
export function jsonSchema(kind: Kind): JsonSchema {
  const { apiVersion, description, spec } = kinds[kind];
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://sluice.dev/schemas/v1alpha1/${kind}.json`,
    title: kind,
    description,
    type: 'object',
    properties: {
      apiVersion: { const: apiVersion },
      kind: { const: kind },
      metadata: metadata.json,
      spec: spec.json,
      status: { description: 'Written by the control plane.' },
    },
    required: ['apiVersion', 'kind', 'metadata', 'spec'],
    additionalProperties: false,
  };
}
