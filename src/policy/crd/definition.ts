import { apiVersionOf, type KindFacts, type PrinterColumn } from '../kind-row.ts';
import { type Kind, kinds, printableKinds } from '../kinds.ts';
import { dnsLabel } from '../name.ts';
import { celText } from '../schema/cel-text.ts';
import { isMap } from '../schema/object.ts';
import type { JsonSchema } from '../schema/schema.ts';
import { serverNotes } from '../schema/server-notes.ts';
import { acceptedPath, statusSchema } from './status.ts';
import { type Structural, structural } from './structural.ts';

export interface CustomResourceDefinition {
  readonly apiVersion: 'apiextensions.k8s.io/v1';
  readonly kind: 'CustomResourceDefinition';
  readonly metadata: { readonly name: string; readonly annotations?: { readonly [name: string]: string } };
  readonly spec: {
    readonly group: string;
    readonly names: { readonly [field: string]: unknown };
    readonly scope: KindFacts['scope'];
    readonly conversion: { readonly strategy: 'None' };
    readonly versions: readonly Structural[];
  };
}

/** The kinds whose definitions come from here: our own, or those that we accept from others. */
export function definedKinds(definition: 'own' | 'accepted'): readonly Kind[] {
  return definableKinds.filter((kind) => factsOf(kind).definition === definition);
}

const definableKinds: readonly Kind[] = printableKinds;

/** What tells an API server of a kind: its schema, its names, what `kubectl get` shows. Plain data, always the same. */
export function customResourceDefinition(kind: Kind): CustomResourceDefinition {
  const row = factsOf(kind);
  const { group, plural, versions, scope, shortNames = [], categories = [] } = row;
  const schema = rootSchema(kind, row);
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind,
        listKind: `${kind}List`,
        plural,
        singular: kind.toLowerCase(),
        ...(shortNames.length === 0 ? {} : { shortNames }),
        ...(categories.length === 0 ? {} : { categories }),
      },
      scope,
      // The versions share one schema: nothing has to be translated.
      conversion: { strategy: 'None' },
      versions: versions.map((name, index) => ({
        name,
        served: true,
        storage: index === 0,
        ...(index === 0 ? {} : deprecation(kind, row, name)),
        additionalPrinterColumns: columnsOf(row),
        subresources: { status: {} },
        schema: { openAPIV3Schema: schema },
      })),
    },
  };
}

function factsOf(kind: Kind): KindFacts {
  return kinds[kind];
}

function deprecation(kind: Kind, row: KindFacts, version: string): Structural {
  const [old, current] = [version, row.versions[0]].map((name) => apiVersionOf(row.group, name));
  return { deprecated: true, deprecationWarning: `${old} ${kind} is deprecated; use ${current} ${kind}` };
}

function columnsOf(row: KindFacts): readonly PrinterColumn[] {
  return [
    ...(row.columns ?? []),
    { name: 'Accepted', type: 'string', jsonPath: acceptedPath(row, 'status') },
    { name: 'Reason', type: 'string', jsonPath: acceptedPath(row, 'reason'), priority: 1 },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ];
}

function rootSchema(kind: Kind, row: KindFacts): Structural {
  return {
    description: row.description,
    type: 'object',
    required: ['spec'],
    properties: {
      apiVersion: { description: 'Group and version.', type: 'string' },
      kind: { description: `${kind}.`, type: 'string' },
      metadata: { type: 'object' },
      spec: { description: 'What is wanted.', ...structural(kinds[kind].spec.json, `${kind}.spec`) },
      status: statusSchema(row),
    },
    // Kinds of others may have every name that Kubernetes lets them have.
    ...(row.definition === 'own' ? { 'x-kubernetes-validations': [nameRule(dnsLabel.json)] } : {}),
  };
}

/** Names become parts of names of routes, clusters and metrics: they are DNS labels, which Kubernetes does not ask for. */
function nameRule(label: JsonSchema): Structural {
  const { pattern, maxLength } = label;
  const remedy = label[serverNotes]?.remedy;
  if (typeof pattern !== 'string' || typeof maxLength !== 'number' || remedy === undefined || !isMap(label)) {
    throw new Error('metadata.name: the schema of names has changed');
  }
  const name = 'self.metadata.name';
  return {
    rule: `${name}.size() <= ${maxLength} && ${name}.matches(${celText(pattern)})`,
    message: `metadata.name: ${remedy}`,
  };
}
