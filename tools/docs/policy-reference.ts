import { durationPattern } from '../../src/lib/duration.ts';
import { quantityPattern } from '../../src/lib/quantity.ts';
import { sizePattern } from '../../src/lib/size.ts';
import { jsonSchema } from '../../src/policy/json-schema.ts';
import type { Kind } from '../../src/policy/kinds.ts';
import { markdownTable } from './markdown.ts';

/** The part of JSON Schema that policy kinds use. */
interface Node {
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
  const fields = fieldsOf(spec, '');
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

const silent = new Set(['Has no effect here.']);

function fieldsOf(node: Node, prefix: string): Field[] {
  if (isSecretSource(node)) return [];
  if (node.items !== undefined) return fieldsOf(node.items, `${prefix}[]`);
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    if (silent.has(child.description ?? '')) return [];
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const own = { path, node: child, isRequired: node.required?.includes(name) === true };
    return [own, ...fieldsOf(child, path)];
  });
}

function isSecretSource(node: Node): boolean {
  const names = Object.keys(node.properties ?? {});
  return names.includes('env') && names.includes('file') && names.includes('secretKeyRef');
}

function typeOf(node: Node): string {
  if (isSecretSource(node)) return '[SecretSource](#secrets)';
  if (node.const !== undefined && node.const !== '') return `\`${String(node.const)}\``;
  if (hasLongList(node)) return 'see below';
  if (node.enum !== undefined) return choicesOf(node);
  if (node.oneOf !== undefined) return oneOfType(node.oneOf);
  if (node.pattern === durationPattern) return 'duration';
  if (node.pattern === sizePattern) return 'size';
  if (node.items !== undefined) return `list of ${typeOf(node.items)}`;
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
