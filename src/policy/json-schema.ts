import { apiVersionsOf, bodyFields } from './kind-row.ts';
import { type Kind, kinds, printableKinds } from './kinds.ts';
import { metadataOf } from './metadata.ts';
import { isMap } from './schema/object.ts';
import type { JsonSchema } from './schema/schema.ts';

export { printableKinds };

/** JSON Schema (2020-12) of a kind, so that editors complete and check while people write. */
export function jsonSchema(kind: Kind): JsonSchema {
  const row = kinds[kind];
  const versions = apiVersionsOf(row);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://sluice.dev/schemas/v1alpha1/${kind}.json`,
    title: kind,
    description: row.description,
    type: 'object',
    properties: {
      apiVersion: versions.length === 1 ? { const: row.apiVersion } : { enum: versions },
      kind: { const: kind },
      metadata: metadataOf(row).json,
      ...bodyOf(kind),
      status: { description: 'Written by the control plane.' },
    },
    required: ['apiVersion', 'kind', 'metadata', ...bodyFields(row).filter((name) => name === 'spec')],
    additionalProperties: false,
  };
}

function bodyOf(kind: Kind): JsonSchema {
  const { spec, ...row } = kinds[kind];
  const isBeside = 'hasNoSpec' in row && row.hasNoSpec === true;
  return isBeside && isMap(spec.json.properties) ? spec.json.properties : { spec: spec.json };
}
