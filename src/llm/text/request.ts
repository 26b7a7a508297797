import type { TextLeaf, TextRole, TextString } from './leaf.ts';
import { leavesOf } from './leaves.ts';
import { stringsIn } from './walk.ts';

/** Members that tell how to answer, who asks or what to do with the answer. */
const settings: ReadonlySet<string> = new Set([
  ...[
    'model',
    'user',
    'metadata',
    'stream',
    'stream_options',
    'stop',
    'stop_sequences',
    'tool_choice',
    'function_call',
  ],
  ...[
    'service_tier',
    'reasoning',
    'reasoning_effort',
    'modalities',
    'audio',
    'store',
    'include',
    'truncation',
    'speed',
  ],
  ...[
    'prompt_cache_key',
    'prompt_cache_options',
    'prompt_cache_retention',
    'safety_identifier',
    'previous_response_id',
  ],
  ...[
    'conversation',
    'encoding_format',
    'size',
    'quality',
    'style',
    'background',
    'moderation',
    'container',
    'thinking',
  ],
  ...['mcp_servers', 'context_management', 'betas', 'anthropic_version', 'anthropic_beta', 'logit_bias', 'verbosity'],
  ...[
    'cache_control',
    'inference_geo',
    'user_profile_id',
    'workspace_id',
    'access_programs',
    'diagnostics',
    'input_type',
  ],
  ...['truncate', 'id', 'image', 'provider', 'route', 'models', 'plugins', 'transforms'],
]);

const schemas: ReadonlySet<string> = new Set([
  'tools',
  'functions',
  'response_format',
  'output_format',
  'output_config',
]);

const roles: Readonly<Record<string, TextRole>> = {
  system: 'system',
  instructions: 'system',
  prediction: 'assistant',
};

/**
 * The texts of a request that a model will read. The shapes of all APIs are read together: none gives another meaning to
 * a member of another, and a server that takes more than its API says hides nothing. Descriptions and examples of tools
 * and schemas are texts of the role `tool`; addresses of pictures are not texts, nor is anything in base64.
 */
export function requestTexts(api: string, json: object): readonly TextLeaf[] {
  const strings: TextString[] = [];
  for (const [member, value] of Object.entries(json)) {
    if (settings.has(member)) continue;
    if (schemas.has(member) || (member === 'text' && api === 'responses')) {
      if (typeof value === 'object') append(strings, stringsIn(value, [member], 'tool', 'schema'));
      // Pictures have `response_format: "url"`.
      continue;
    }
    append(strings, stringsIn(value, [member], roles[member] ?? 'user'));
  }
  return leavesOf(strings);
}

/** A list of hundred thousands has no room among the arguments of a call. */
function append(strings: TextString[], more: readonly TextString[]): void {
  for (const string of more) strings.push(string);
}
