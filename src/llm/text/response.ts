import type { JsonEdit } from './edit.ts';
import type { JsonPath, TextLeaf, TextRole } from './leaf.ts';
import { textsIn } from './walk.ts';

const settings: ReadonlySet<string> = new Set([
  ...['id', 'type', 'role', 'object', 'model', 'usage', 'metadata', 'user', 'service_tier', 'reasoning', 'status'],
  ...['system_fingerprint', 'stop_reason', 'stop_sequence', 'tool_choice', 'truncation', 'conversation', 'container'],
  ...[
    'previous_response_id',
    'prompt_cache_key',
    'prompt_cache_options',
    'prompt_cache_retention',
    'safety_identifier',
  ],
  ...['incomplete_details', 'prompt_cache_diagnostics', 'tool_usage', 'moderation', 'access_programs', 'image', 'size'],
  ...['quality', 'background', 'output_format', 'prompt_filter_results', 'context_management', 'provider'],
]);

const schemas: ReadonlySet<string> = new Set(['tools', 'text']);

const roles: Readonly<Record<string, TextRole>> = { instructions: 'system', prompt: 'user', input: 'user' };

/** The texts of a whole answer, or of the `response` or `message` inside an event, that a caller will read. */
export function responseTexts(api: string, json: object, path: JsonPath = []): readonly TextLeaf[] {
  const leaves: TextLeaf[] = [];
  for (const [member, value] of Object.entries(json)) {
    if (settings.has(member) || (member === 'data' && api === 'embeddings')) continue;
    const isSchema = schemas.has(member) && typeof value === 'object';
    const found = isSchema
      ? textsIn(value, [...path, member], 'tool', 'schema')
      : textsIn(value, [...path, member], roles[member] ?? 'assistant');
    for (const leaf of found) leaves.push(leaf);
  }
  return leaves;
}

const repeating: ReadonlySet<string> = new Set(['logprobs', 'prompt_logprobs', 'token_ids', 'prompt_token_ids']);

/**
 * What repeats texts in other forms (token by token, as numbers), as edits that empty it. To be applied with the first
 * replacement: the words would otherwise still be there to read.
 */
export function repetitionsIn(value: unknown, path: JsonPath = []): readonly JsonEdit[] {
  const edits: JsonEdit[] = [];
  collect(value, [...path], edits);
  return edits;
}

function collect(value: unknown, path: (string | number)[], edits: JsonEdit[]): void {
  if (typeof value !== 'object' || value === null) return;
  const at = path.length;
  const isList = Array.isArray(value);
  for (const [name, inner] of isList ? value.entries() : Object.entries(value)) {
    if (typeof inner !== 'object' || inner === null) continue;
    path[at] = name;
    if (!isList && repeating.has(String(name))) {
      edits.push({ path: path.slice(), to: Array.isArray(inner) && name === 'logprobs' ? '[]' : 'null' });
    } else if (name !== 'embedding') collect(inner, path, edits);
  }
  path.length = at;
}
