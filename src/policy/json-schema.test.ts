import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchema, printableKinds } from './json-schema.ts';
import type { KindRow } from './kind-row.ts';
import { type Kind, kinds } from './kinds.ts';
import { parseDocuments } from './parse.ts';
import { isMap } from './schema/object.ts';
import { testNow } from './testing/documents.ts';
import { examples } from './testing/examples.ts';

describe.each(printableKinds)('the JSON Schema of %s', (kind) => {
  const schema = jsonSchema(kind);
  const validate = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false }).compile(schema);

  it.each(examples[kind])('accepts what parses: %s', (spec) => {
    const document = documentOf(kind, spec);
    expect(errorsOfParsing(document)).toEqual([]);
    expect(errorsOf(validate, document)).toEqual([]);
  });

  it('refuses an unknown field in the same places as parsing', () => {
    const places = examples[kind].flatMap((spec) => withStrayField(documentOf(kind, spec)));
    const verdicts = places.map((document) => [!validate(document), JSON.stringify(document)]);
    expect(verdicts).toEqual(
      places.map((document) => [errorsOfParsing(document).length > 0, JSON.stringify(document)]),
    );
    expect(verdicts.filter(([isRefused]) => isRefused).length).toBeGreaterThan(2);
  });

  it('describes every field', () => {
    const fields = [...properties(isMap(schema.properties) ? schema.properties.spec : undefined)];
    expect(fields.filter(([, field]) => typeof field.description !== 'string' || field.description === '')).toEqual([]);
  });

  it('has defaults that it accepts itself', () => {
    for (const [name, field] of properties(isMap(schema.properties) ? schema.properties.spec : undefined)) {
      if (!('default' in field)) continue;
      const { default: value, ...rest } = field;
      const check = new Ajv2020({ strict: false }).compile(rest);
      expect([name, check(value), check.errors]).toEqual([name, true, null]);
    }
  });
});

describe('jsonSchema', () => {
  it('knows the kinds that are served', () => {
    expect(printableKinds).toEqual([
      ...['Provider', 'Model', 'ApiKey', 'Guardrail', 'Limit', 'Budget', 'PriceCatalogue'],
      ...[
        'GatewayPolicy',
        'GatewayParameters',
        'Gateway',
        'GatewayClass',
        'HTTPRoute',
        'ReferenceGrant',
        'BackendTLSPolicy',
      ],
      ...['AIGatewayRoute', 'AIServiceBackend', 'BackendSecurityPolicy', 'GatewayConfig', 'QuotaPolicy'],
      ...['Backend', 'BackendTrafficPolicy', 'ClientTrafficPolicy', 'SecurityPolicy', 'EnvoyExtensionPolicy'],
      ...['EnvoyProxy', 'HTTPRouteFilter', 'Secret', 'ConfigMap', 'Service'],
    ]);
  });

  it('does not offer what is not served', () => {
    const text = JSON.stringify(jsonSchema('Provider'));
    expect(text).not.toMatch(/azure-openai|"aws"|"gcp"/);
  });

  it('completes defaults as people write them', () => {
    expect(jsonSchema('Provider')).toMatchObject({
      properties: { spec: { properties: { connectTimeout: { type: 'string', default: '5s' } } } },
    });
  });
});

function documentOf(kind: Kind, spec: string): { readonly [key: string]: unknown } {
  const row: KindRow<unknown> = kinds[kind];
  const body: unknown = parse(spec);
  return {
    apiVersion: row.apiVersion,
    kind,
    metadata: { name: 'example', labels: { a: 'b' } },
    ...(row.hasNoSpec === true && isMap(body) ? body : { spec: body }),
  };
}

function errorsOfParsing(document: unknown): readonly string[] {
  const { problems } = parseDocuments(JSON.stringify(document), 'a.json', '/', { now: testNow });
  // What is not served may be well written all the same.
  const errors = problems.filter(({ severity, reason }) => severity === 'error' && reason !== 'UnsupportedValue');
  return errors.map(({ path, message }) => `${path} ${message}`);
}

function errorsOf(validate: ValidateFunction, document: unknown): readonly string[] {
  validate(document);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** One copy of the document for each map in it, with a field there that nobody knows. */
function withStrayField(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => withStrayField(item).map((copy) => value.toSpliced(index, 1, copy)));
  }
  if (!isMap(value)) return [];
  const inside = Object.entries(value).flatMap(([name, item]) =>
    withStrayField(item).map((copy) => ({ ...value, [name]: copy })),
  );
  return [{ ...value, strayfield: 'x' }, ...inside];
}

function* properties(schema: unknown): Generator<readonly [string, { readonly [keyword: string]: unknown }]> {
  if (!isMap(schema)) return;
  if (isMap(schema.properties)) {
    for (const [name, field] of Object.entries(schema.properties)) {
      if (!isMap(field)) continue;
      yield [name, field];
      yield* properties(field);
    }
  }
  yield* properties(schema.items);
  yield* properties(schema.additionalProperties);
}
