import type { TextRole } from './leaf.ts';

const calls = [
  ...['function', 'function_call', 'custom', 'custom_tool_call', 'mcp_call', 'mcp_approval_request', 'web_search_call'],
  ...[
    'file_search_call',
    'code_interpreter_call',
    'local_shell_call',
    'shell_call',
    'apply_patch_call',
    'computer_call',
  ],
  ...['tool_search_call', 'program', 'tool_use', 'server_tool_use', 'mcp_tool_use', 'input_json_delta'],
];

const results = [
  ...[
    'function_call_output',
    'custom_tool_call_output',
    'local_shell_call_output',
    'shell_call_output',
    'mcp_tool_result',
  ],
  ...['computer_call_output', 'apply_patch_call_output', 'tool_search_output', 'program_output', 'tool_result', 'logs'],
  ...[
    'web_search_tool_result',
    'web_fetch_tool_result',
    'code_execution_tool_result',
    'bash_code_execution_tool_result',
  ],
  ...['text_editor_code_execution_tool_result', 'tool_search_tool_result', 'file_search_tool_result'],
];

const thoughts = [
  'thinking',
  'thinking_delta',
  'reasoning',
  'reasoning_text',
  'summary_text',
  'redacted_thinking',
  'reasoning.text',
  'reasoning.summary',
  'reasoning.encrypted',
];

const plain = [
  ...['text', 'input_text', 'output_text', 'refusal', 'message', 'document', 'search_result', 'content', 'text_delta'],
  ...[
    'image',
    'image_url',
    'input_image',
    'input_audio',
    'output_audio',
    'file',
    'input_file',
    'base64',
    'url',
    'error',
  ],
  ...['image_generation_call', 'computer_screenshot', 'item_reference', 'compaction', 'mcp_approval_response'],
  ...['url_citation', 'file_citation', 'container_file_citation', 'file_path', 'citations_delta', 'char_location'],
  ...[
    'page_location',
    'content_block_location',
    'web_search_result_location',
    'search_result_location',
    'container_upload',
  ],
  ...[
    'web_search_result',
    'web_fetch_result',
    'tool_reference',
    'ephemeral',
    'search',
    'open_page',
    'find_in_page',
    'exec',
  ],
  ...[
    'create_file',
    'update_file',
    'delete_file',
    'type',
    'click',
    'double_click',
    'drag',
    'keypress',
    'move',
    'scroll',
  ],
  ...['screenshot', 'wait', 'exit', 'timeout', 'code_execution_result', 'code_execution_output', 'direct', 'reference'],
  ...[
    'bash_code_execution_result',
    'bash_code_execution_output',
    'additional_tools',
    'mcp_list_tools',
    'signature_delta',
  ],
  ...['text_editor_code_execution_view_result', 'text_editor_code_execution_create_result', 'compaction_trigger'],
  ...['text_editor_code_execution_str_replace_result', 'tool_search_tool_search_result', 'configuration_update'],
  ...[
    'http_error',
    'mcp_protocol_error',
    'mcp_tool_execution_error',
    'encrypted_code_execution_result',
    'message_delta',
    'image_generation.partial_image',
    'image_generation.completed',
  ],
];

/** The types of items, blocks and parts that we know, and whose words they bring; undefined: those of what is around. */
export const knownTypes: ReadonlyMap<string, TextRole | undefined> = new Map<string, TextRole | undefined>([
  ...plain.map((type) => [type, undefined] as const),
  ...calls.map((type) => [type, 'toolInput'] as const),
  ...results.map((type) => [type, 'toolOutput'] as const),
  ...thoughts.map((type) => [type, 'reasoning'] as const),
]);
