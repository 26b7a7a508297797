import { customResourceDefinition } from '../../src/policy/crd/definition.ts';
import type { Structural } from '../../src/policy/crd/structural.ts';
import type { Kind } from '../../src/policy/kinds.ts';
import { isMap } from '../../src/policy/schema/object.ts';

/** Values that the chart passes on, and the fields of which they are more. */
const passedOn: readonly {
  readonly value: readonly string[];
  readonly kind: Kind;
  /** Below `spec`. */
  readonly field: readonly string[];
  /** What the chart says itself. */
  readonly without: readonly string[];
}[] = [
  { value: ['egress', 'parameters'], kind: 'GatewayParameters', field: [], without: [] },
  { value: ['redis', 'parameters'], kind: 'GatewayParameters', field: ['store', 'redis'], without: [] },
  { value: ['gatewayPolicy'], kind: 'GatewayPolicy', field: [], without: ['targetRef'] },
];

/**
 * The schema of the chart's values, in which these know every name that the definitions know, at whatever depth. An API
 * server would drop any other one with a warning, and Helm report success. What stands behind a name is checked by the
 * definitions: only they see it together with what the chart adds.
 */
export function withPassedOnValues(valuesSchema: string): string {
  const schema = JSON.parse(valuesSchema);
  for (const { value, kind, field, without } of passedOn) {
    const names = namesOf(specField(kind, field)) as { readonly properties: Structural };
    const properties = Object.entries(names.properties).filter(([name]) => !without.includes(name));
    const node = value.reduce((parent, name) => parent.properties[name], schema);
    for (const keyword of Object.keys(node)) delete node[keyword];
    Object.assign(node, {
      type: 'object',
      description: `Made of ${[kind, ...field].join('.')} by \`make goldens\`; changes here are lost.`,
      properties: Object.fromEntries(properties),
      additionalProperties: false,
    });
  }
  return `${JSON.stringify(schema, null, 2)}\n`;
}

function specField(kind: Kind, field: readonly string[]): Structural {
  const [version] = customResourceDefinition(kind).spec.versions;
  const path = ['schema', 'openAPIV3Schema', 'properties', 'spec', ...field.flatMap((name) => ['properties', name])];
  return path.reduce((node, name) => {
    const next = node[name];
    if (!isMap(next)) throw new Error(`${kind} has no ${path.join('.')}`);
    return next;
  }, version ?? {});
}

/** Nothing but the names, and where they stand. */
function namesOf(schema: Structural): Structural {
  const { properties, items, additionalProperties } = schema;
  if (schema['x-kubernetes-preserve-unknown-fields'] === true) return {};
  if (isMap(properties)) {
    const fields = Object.entries(properties).map(([name, field]) => [name, isMap(field) ? namesOf(field) : {}]);
    return { properties: Object.fromEntries(fields), additionalProperties: false };
  }
  if (isMap(items)) return within('items', namesOf(items));
  return isMap(additionalProperties) ? within('additionalProperties', namesOf(additionalProperties)) : {};
}

function within(keyword: string, names: Structural): Structural {
  return Object.keys(names).length === 0 ? {} : { [keyword]: names };
}
