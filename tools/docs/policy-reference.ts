import { durationPattern } from '../../src/lib/duration.ts';
import { quantityPattern } from '../../src/lib/quantity.ts';
import { sizePattern } from '../../src/lib/size.ts';
import { jsonSchema } from '../../src/policy/json-schema.ts';
import type { Kind } from '../../src/policy/kinds.ts';
import { pricing } from '../../src/policy/pricing.ts';
import { redaction } from '../../src/policy/redaction.ts';
import { verdictOf } from '../../src/policy/schema/verdict.ts';
import { scope } from '../../src/policy/scope.ts';
import { markdownTable } from './markdown.ts';

/** The part of JSON Schema that policy kinds use. */
interface Node {
  readonly [keyword: string]: unknown;
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: { readonly [name: string]: Node };
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly additionalProperties?: Node | false;
  readonly oneOf?: readonly Node[];
}

/** Every field of a kind's spec, out of the schema that checks it. */
export function policyReference(kind: Kind): string {
  const { spec } = (jsonSchema(kind) as { properties: { spec: Node } }).properties;
  return referenceOf(spec);
}

/** What several kinds use, described once. */
const parts: { readonly [name: string]: Node } = {
  Scope: scope.json,
  Redaction: redaction.json,
  Pricing: pricing.json,
};

export function isPart(name: string): boolean {
  return Object.hasOwn(parts, name);
}

export function partReference(name: string): string {
  return referenceOf(parts[name] ?? {});
}

function referenceOf(root: Node): string {
  const fields = fieldsOf(root, '');
  const rows = fields.map(({ path, node, isRequired }) => [
    `\`${path}\``,
    typeOf(node),
    isRequired ? '**required**' : defaultOf(node),
    (node.description ?? '').replaceAll('*', '\\*'),
  ]);
  const lists = fields
    .filter(({ node }) => hasLongList(node))
    .map(({ path, node }) => `\n\n\`${path}\` is one of ${choicesOf(node)}.`);
  return markdownTable(['field', 'type', 'default', 'meaning'], rows) + lists.join('');
}

/** Too long for a cell: the values stand below the table. */
function hasLongList(node: Node): boolean {
  return (node.enum?.length ?? 0) > 6;
}

function choicesOf(node: Node): string {
  return (node.enum ?? []).map((value) => `\`${String(value)}\``).join(', ');
}

interface Field {
  readonly path: string;
  readonly node: Node;
  readonly isRequired: boolean;
}

function fieldsOf(node: Node, prefix: string): Field[] {
  if (isSecretSource(node) || (prefix !== '' && partOf(node) !== undefined)) return [];
  if (node.items !== undefined) return fieldsOf(node.items, `${prefix}[]`);
  if (node.additionalProperties) return fieldsOf(node.additionalProperties, `${prefix}.NAME`);
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    // What is not honoured stands in docs/compatibility.md.
    if (verdictOf(child).kind !== 'honoured') return [];
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const own = { path, node: child, isRequired: node.required?.includes(name) === true };
    return [own, ...fieldsOf(child, path)];
  });
}

function isSecretSource(node: Node): boolean {
  const names = Object.keys(node.properties ?? {});
  return names.includes('env') && names.includes('file') && names.includes('secretKeyRef');
}

/** Told by the fields that nothing else has. Prices of a variant are prices. */
function partOf(node: Node): string | undefined {
  const has = (name: string): boolean => node.properties !== undefined && Object.hasOwn(node.properties, name);
  if (has('keys') && has('labels')) return 'Scope';
  if (has('style') && has('keepLast')) return 'Redaction';
  return has('cacheWrite1h') && has('tiers') ? 'Pricing' : undefined;
}

function typeOf(node: Node): string {
  const part = partOf(node);
  if (part !== undefined) return `[${part}](#${part.toLowerCase()})`;
  if (isSecretSource(node)) return '[SecretSource](#secrets)';
  if (node.const !== undefined && node.const !== '') return `\`${String(node.const)}\``;
  if (hasLongList(node)) return 'see below';
  if (node.enum !== undefined) return choicesOf(node);
  if (node.oneOf !== undefined && node.properties === undefined) return oneOfType(node.oneOf);
  if (node.pattern === durationPattern) return 'duration';
  if (node.pattern === sizePattern) return 'size';
  if (node.items !== undefined) return `list of ${hasLongList(node.items) ? 'names' : typeOf(node.items)}`;
  if (node.type === 'object') return node.properties === undefined ? 'map' : 'object';
  if (node.type === 'integer') return 'number';
  if (node.type === 'boolean') return '`true`, `false`';
  return node.type === 'string' ? 'text' : (node.type ?? 'any');
}

function oneOfType(options: readonly Node[]): string {
  if (options.some((option) => option.pattern === quantityPattern)) return 'count';
  if (options.some((option) => option.pattern === sizePattern)) return 'size';
  return [...new Set(options.map(typeOf))].join(' or ');
}

function defaultOf(node: Node): string {
  if (node.default === undefined || node.default === '') return '';
  const text = typeof node.default === 'string' ? node.default : JSON.stringify(node.default);
  // An empty object means that its fields have defaults of their own.
  return text === '{}' || text === '[]' ? '' : `\`${text}\``;
}
