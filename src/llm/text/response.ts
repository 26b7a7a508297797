import type { JsonEdit } from './edit.ts';
import type { JsonPath, TextLeaf, TextRole, TextString } from './leaf.ts';
import { leavesOf } from './leaves.ts';
import { stringsIn } from './walk.ts';

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
  ...[
    'quality',
    'background',
    'output_format',
    'prompt_filter_results',
    'context_management',
    'provider',
    'obfuscation',
  ],
]);

const schemas: ReadonlySet<string> = new Set(['tools', 'text']);

const roles: Readonly<Record<string, TextRole>> = { instructions: 'system', prompt: 'user', input: 'user' };

/** The texts of a whole answer that a caller will read. */
export function responseTexts(api: string, json: object): readonly TextLeaf[] {
  // Vectors in base64.
  return leavesOf(answerStrings(json, [], api === 'embeddings' ? 'data' : undefined));
}

/** The strings of an answer, of the `response` or `message` inside an event, or of a chunk apart from its `choices`. */
export function answerStrings(json: object, path: JsonPath, without?: string): readonly TextString[] {
  const strings: TextString[] = [];
  for (const [member, value] of Object.entries(json)) {
    if (value === null || settings.has(member) || member === without) continue;
    const isSchema = schemas.has(member) && typeof value === 'object';
    const role = isSchema ? 'tool' : (roles[member] ?? 'assistant');
    for (const found of stringsIn(value, [...path, member], role, isSchema ? 'schema' : 'api')) strings.push(found);
  }
  return strings;
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
