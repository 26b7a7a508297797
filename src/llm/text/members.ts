import type { TextRole } from './leaf.ts';

/** Members of messages, items and parts, in every API, that name or describe things and are no texts. */
export const plainMembers: ReadonlySet<string> = new Set([
  ...['id', 'type', 'role', 'name', 'model', 'object', 'status', 'user', 'metadata', 'index', 'detail', 'format'],
  ...['finish_reason', 'stop_reason', 'stop_sequence', 'logprobs', 'top_logprobs', 'system_fingerprint', 'usage'],
  ...['media_type', 'mime_type', 'filename', 'encrypted_content', 'encrypted_index', 'encrypted_stdout', 'signature'],
  ...['cache_control', 'service_tier', 'embedding', 'b64_json', 'partial_image_b64', 'obfuscation', 'namespace'],
  ...['server_label', 'execution', 'phase', 'created_by', 'fingerprint', 'caller', 'environment', 'outcome', 'version'],
  ...['quality', 'size', 'background', 'output_format', 'error_code', 'status_code', 'page_age', 'retrieved_at'],
  ...['file_type', 'tool_choice', 'native_finish_reason', 'token_ids', 'prompt_token_ids', 'prompt_logprobs'],
  ...[
    'content_filter_results',
    'prompt_filter_results',
    'content_filter_offsets',
    'content_filter_result',
    'svg_usage',
  ],
]);

/** Members that hold texts wherever they stand. What is in neither list is read too, and reported as unknown. */
export const textMembers: ReadonlySet<string> = new Set([
  ...['text', 'content', 'refusal', 'input', 'prompt', 'suffix', 'instructions', 'system', 'message', 'messages'],
  ...['thinking', 'reasoning', 'reasoning_content', 'summary', 'reason', 'transcript', 'arguments', 'title'],
  ...['cited_text', 'document_title', 'source', 'context', 'description', 'output', 'outputs', 'results', 'result'],
  ...['logs', 'stdout', 'stderr', 'code', 'command', 'commands', 'diff', 'path', 'query', 'queries', 'pattern'],
  ...['revised_prompt', 'url', 'error', 'error_message', 'delta', 'snippet', 'lines', 'quote', 'data', 'sources'],
  ...[
    'document_index',
    'working_directory',
    'keys',
    'partial_json',
    'old_lines',
    'new_lines',
    'prediction',
    'url_citation',
  ],
]);

/** Of tools and schemas: what is neither a description nor an example. Credentials of tools are for the provider. */
export const plainSchemaMembers: ReadonlySet<string> = new Set([
  ...['type', 'name', 'id', 'required', 'pattern', 'format', '$ref', '$schema', '$id', '$anchor', 'strict', 'syntax'],
  ...[
    'authorization',
    'authorization_token',
    'headers',
    'server_url',
    'server_label',
    'connector_id',
    'url',
    'container',
  ],
  ...['vector_store_ids', 'allowed_tools', 'require_approval', 'allowed_domains', 'blocked_domains', 'allowed_callers'],
  ...['cache_control', 'display_name', 'model', 'verbosity', 'effort', 'execution', 'filters', 'environment', 'size'],
  ...[
    'quality',
    'background',
    'output_format',
    'moderation',
    'input_image_mask',
    'search_context_size',
    'contentEncoding',
  ],
  ...['ranking_options', 'input_fidelity', 'action', 'contentMediaType', 'dependentRequired'],
]);

/** Their members have names of the caller's own choice, each of a schema. */
export const schemaMaps: ReadonlySet<string> = new Set([
  ...['properties', '$defs', 'definitions', 'patternProperties', 'dependentSchemas'],
]);

/** Their values are values of the caller's own choice. */
export const schemaValues: ReadonlySet<string> = new Set(['const', 'enum', 'default', 'examples', 'example']);

/** Hold tools or schemas. */
export const schemaMembers: ReadonlySet<string> = new Set([
  ...['tools', 'functions', 'parameters', 'input_schema', 'output_schema', 'json_schema', 'schema', 'response_format'],
  ...['tool_references'],
]);

/** Hold values under names of the caller's own choice. */
export const freeMembers: ReadonlySet<string> = new Set(['variables', 'attributes', 'env', 'user_location']);

/** Whose words the texts of a member are, whatever stands around it. */
export const memberRoles: Readonly<Record<string, TextRole>> = {
  reasoning: 'reasoning',
  reasoning_content: 'reasoning',
  reasoning_details: 'reasoning',
  thinking: 'reasoning',
  tool_calls: 'toolInput',
  function_call: 'toolInput',
};

/** What a tool gave back, inside the record of its call. */
export const resultMembers: ReadonlySet<string> = new Set(['output', 'outputs', 'results', 'error', 'sources']);

export const roleOfSpeaker: Readonly<Record<string, TextRole>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'toolOutput',
  function: 'toolOutput',
};
