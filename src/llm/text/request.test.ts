import { describe, expect, it } from 'vitest';
import { requestTexts } from './request.ts';
import { base64, shownTexts } from './testing/shown.ts';

const inRequest = (api: string, body: unknown) => shownTexts(requestTexts, api, body);
const png = `data:image/png;base64,${'iVBORw0KGgo'.repeat(40)}`;

describe('requestTexts()', () => {
  it('leaves alone who asks and how to answer', () => {
    const settings = [
      ...['model', 'user', 'stop', 'tool_choice', 'service_tier', 'reasoning_effort', 'modalities', 'truncation'],
      ...['prompt_cache_key', 'prompt_cache_retention', 'safety_identifier', 'previous_response_id', 'conversation'],
      ...['encoding_format', 'size', 'quality', 'style', 'background', 'moderation', 'verbosity', 'speed', 'id'],
      ...['inference_geo', 'user_profile_id', 'workspace_id', 'input_type', 'truncate', 'anthropic_version'],
    ];
    for (const name of settings) expect(inRequest('chat.completions', { [name]: 'x 1' }), name).toEqual([]);
    expect(inRequest('chat.completions', { next_year: 'x 1' })).toEqual(['user?: x 1']);
  });
});

describe('requestTexts() of chat completions', () => {
  it('finds the words of everybody', () => {
    expect(
      inRequest('chat.completions', {
        model: 'gpt-4o',
        user: 'never',
        metadata: { note: 'never' },
        stop: ['never'],
        temperature: 0.1,
        messages: [
          { role: 'system', content: 'sys' },
          { role: 'developer', content: [{ type: 'text', text: 'dev' }] },
          {
            role: 'user',
            name: 'never',
            content: [
              { type: 'text', text: 'look' },
              { type: 'image_url', image_url: { url: png, detail: 'high' } },
              { type: 'image_url', image_url: { url: 'https://pictures.example/a.png' } },
              { type: 'input_audio', input_audio: { data: base64, format: 'wav' } },
              { type: 'file', file: { file_data: `data:application/pdf;base64,${base64}`, filename: 'never.pdf' } },
            ],
          },
          {
            role: 'assistant',
            content: null,
            refusal: 'no',
            reasoning_content: 'hm',
            tool_calls: [
              {
                id: 'never',
                type: 'function',
                function: { name: 'never', arguments: '{"ssn":"1","n":2,"to":{"names":["a","b"]},"e":""}' },
              },
              { id: 'never', type: 'custom', custom: { name: 'never', input: 'raw' } },
              { id: 'never', type: 'function', function: { name: 'never', arguments: '{"half' } },
            ],
          },
          { role: 'assistant', content: 'old', function_call: { name: 'never', arguments: '["x"]' } },
          { role: 'tool', tool_call_id: 'never', content: 'found' },
          { role: 'function', name: 'never', content: 'old result' },
        ],
        prediction: { type: 'content', content: 'guess' },
      }),
    ).toEqual([
      'system: sys',
      'system: dev',
      'user: look',
      'assistant: no',
      'reasoning: hm',
      'toolInput.ssn: 1',
      'toolInput.names: a',
      'toolInput.names: b',
      'toolInput: raw',
      'toolInput: {"half',
      'assistant: old',
      'toolInput: x',
      'toolOutput: found',
      'toolOutput: old result',
      'assistant: guess',
    ]);
  });

  it('finds descriptions and examples of tools, whatever their parameters are called', () => {
    const parameters = {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'a name', enum: ['one'] },
        description: { type: 'string', pattern: '^never$', default: 'dflt' },
      },
      required: ['name'],
    };
    expect(
      inRequest('chat.completions', {
        tools: [{ type: 'function', function: { name: 'never', description: 'what', parameters } }],
        response_format: { type: 'json_schema', json_schema: { name: 'never', schema: { description: 'shape' } } },
      }),
    ).toEqual(['tool: what', 'tool: a name', 'tool.enum: one', 'tool.default: dflt', 'tool: shape']);
  });

  it('passes by nothing that it does not know', () => {
    expect(
      inRequest('chat.completions', {
        messages: [
          { role: 'user', content: [{ type: 'hologram', name: 'x', inside: { words: ['y'] }, part_id: 'id' }] },
        ],
        documents: [{ body: 'z' }],
      }),
    ).toEqual(['user?: x', 'user?: y', 'user?: z']);
    expect(inRequest('chat.completions', { messages: [{ role: 'wizard', content: 'spell', aside: 'a' }] })).toEqual([
      'user: spell',
      'user?: a',
    ]);
  });

  it('reads plain words where media are expected', () => {
    expect(inRequest('chat.completions', { messages: [{ role: 'user', file: { file_data: 'plain words' } }] })).toEqual(
      ['user?: plain words'],
    );
    expect(inRequest('chat.completions', { messages: [{ role: 'user', content: png }] })).toEqual([`user: ${png}`]);
  });
});

describe('base64', () => {
  it('hides no text that is read as it stands', () => {
    const source = { type: 'text', media_type: 'text/plain', data: base64 };
    const body = { messages: [{ role: 'user', content: [{ type: 'document', source }] }] };
    expect(inRequest('messages', body)).toEqual([`user: ${base64}`]);
    expect(inRequest('responses', { input: [{ type: 'program_output', result: base64 }] })).toEqual([
      `toolOutput: ${base64}`,
    ]);
    expect(inRequest('responses', { input: [{ role: 'user', content: base64 }] })).toEqual([`user: ${base64}`]);
  });
});

describe('requestTexts() of the other APIs', () => {
  it.each<[string, unknown, readonly string[]]>([
    ['completions', { prompt: 'p', suffix: 's' }, ['user: p', 'user: s']],
    ['completions', { prompt: ['a', 'b'] }, ['user: a', 'user: b']],
    ['completions', { prompt: [1, 2, 3] }, []],
    ['embeddings', { input: 'i', encoding_format: 'float' }, ['user: i']],
    ['embeddings', { input: ['a', 'b'] }, ['user: a', 'user: b']],
    ['embeddings', { input: [[1, 2], [3]] }, []],
    ['images.generations', { prompt: 'a cat', size: '1x1', response_format: 'url', user: 'u' }, ['user: a cat']],
    ['responses', { input: 'hi', instructions: 'be brief' }, ['user: hi', 'system: be brief']],
    ['responses', { prompt: { id: 'never', version: '1', variables: { city: 'Oslo' } } }, ['user.city: Oslo']],
    ['responses', { text: { format: { type: 'json_schema', name: 'never', description: 'd' } } }, ['tool: d']],
    ['responses.input_tokens', { input: 'hi' }, ['user: hi']],
  ])('%s %j', (api, body, expected) => {
    expect(inRequest(api, body)).toEqual(expected);
  });

  it('reads every kind of item that responses take', () => {
    const items = [
      { role: 'user', content: 'plain' },
      { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'dev' }] },
      {
        role: 'user',
        content: [
          { type: 'input_image', image_url: png },
          { type: 'input_image', image_url: 'https://pictures.example/a.png' },
          { type: 'input_file', file_url: 'https://papers.example/a.pdf' },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
          { type: 'input_file', file_data: base64 },
        ],
      },
      { type: 'message', id: 'x', role: 'assistant', content: [{ type: 'output_text', text: 'out', annotations: [] }] },
      { type: 'message', role: 'assistant', content: [{ type: 'refusal', refusal: 'no' }] },
      { type: 'function_call', call_id: 'x', name: 'x', arguments: '{"a":"args"}' },
      { type: 'function_call_output', call_id: 'x', output: 'found' },
      { type: 'function_call_output', call_id: 'x', output: [{ type: 'input_text', text: 'in parts' }] },
      { type: 'custom_tool_call', call_id: 'x', name: 'x', input: 'custom' },
      { type: 'custom_tool_call_output', call_id: 'x', output: 'custom out' },
      { type: 'reasoning', id: 'x', summary: [{ type: 'summary_text', text: 'sum' }], encrypted_content: base64 },
      { type: 'reasoning', id: 'x', summary: [], content: [{ type: 'reasoning_text', text: 'long' }] },
      {
        type: 'web_search_call',
        id: 'x',
        status: 'completed',
        action: { type: 'search', query: 'q', queries: ['q2'] },
      },
      { type: 'file_search_call', id: 'x', queries: ['fq'], results: [{ file_id: 'x', filename: 'x', text: 'hit' }] },
      { type: 'code_interpreter_call', id: 'x', code: 'print()', outputs: [{ type: 'logs', logs: 'printed' }] },
      { type: 'local_shell_call', id: 'x', action: { type: 'exec', command: ['ls', '-l'], env: { KEY: 'v' } } },
      { type: 'local_shell_call_output', id: 'x', output: 'total 0' },
      { type: 'shell_call', call_id: 'x', action: { commands: ['pwd'] } },
      { type: 'shell_call_output', call_id: 'x', output: [{ stdout: 'so', stderr: 'se', outcome: { type: 'exit' } }] },
      { type: 'apply_patch_call', call_id: 'x', operation: { type: 'update_file', path: 'a.ts', diff: '+b' } },
      { type: 'apply_patch_call_output', call_id: 'x', output: 'applied' },
      { type: 'mcp_call', id: 'x', name: 'x', server_label: 'x', arguments: '{"m":"ma"}', output: 'mo' },
      { type: 'mcp_approval_request', id: 'x', name: 'x', server_label: 'x', arguments: '{"r":"ra"}' },
      { type: 'mcp_approval_response', approval_request_id: 'x', approve: true, reason: 'fine' },
      { type: 'mcp_list_tools', server_label: 'x', tools: [{ name: 'x', description: 'td', input_schema: {} }] },
      { type: 'image_generation_call', id: 'x', result: base64, revised_prompt: 'rp' },
      { type: 'computer_call', id: 'x', action: { type: 'type', text: 'typed' } },
      { type: 'computer_call_output', output: { type: 'computer_screenshot', image_url: png } },
      { type: 'tool_search_call', arguments: { query: 'ts' } },
      { type: 'program', id: 'x', code: 'pc', fingerprint: 'x' },
      { type: 'program_output', id: 'x', result: 'pr' },
      { type: 'item_reference', id: 'x' },
      { type: 'compaction', encrypted_content: base64 },
    ];
    expect(inRequest('responses', { input: items })).toEqual([
      ...['user: plain', 'system: dev', 'assistant: out', 'assistant: no', 'toolInput.a: args', 'toolOutput: found'],
      ...['toolOutput: in parts', 'toolInput: custom', 'toolOutput: custom out', 'reasoning: sum', 'reasoning: long'],
      ...['toolInput: q', 'toolInput: q2', 'toolInput: fq', 'toolOutput: hit', 'toolInput: print()'],
      ...['toolOutput: printed', 'toolInput: ls', 'toolInput: -l', 'toolInput.KEY: v', 'toolOutput: total 0'],
      ...[
        'toolInput: pwd',
        'toolOutput: so',
        'toolOutput: se',
        'toolInput: a.ts',
        'toolInput: +b',
        'toolOutput: applied',
      ],
      ...['toolInput.m: ma', 'toolOutput: mo', 'toolInput.r: ra', 'user: fine', 'tool: td', 'user: rp'],
      ...['toolInput: typed', 'toolInput.query: ts', 'toolInput: pc', 'toolOutput: pr'],
    ]);
  });

  it('reads every kind of block that messages take', () => {
    const content = [
      { type: 'text', text: 't', cache_control: { type: 'ephemeral' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } },
      { type: 'image', source: { type: 'url', url: 'https://pictures.example/x.png' } },
      { type: 'document', title: 'dt', context: 'dc', source: { type: 'text', media_type: 'text/plain', data: 'dd' } },
      { type: 'document', source: { type: 'content', content: [{ type: 'text', text: 'dp' }] } },
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: base64 } },
      { type: 'search_result', source: 'https://s.example', title: 'st', content: [{ type: 'text', text: 'sc' }] },
      { type: 'tool_result', tool_use_id: 'x', content: 'tr' },
      { type: 'tool_result', tool_use_id: 'x', content: [{ type: 'text', text: 'trb' }], is_error: false },
    ];
    const answer = [
      { type: 'thinking', thinking: 'th', signature: base64 },
      { type: 'redacted_thinking', data: base64 },
      { type: 'tool_use', id: 'x', name: 'x', input: { id: 'i', name: 'n', deep: [{ type: 'k' }], number: 5 } },
      { type: 'server_tool_use', id: 'x', name: 'web_search', input: { query: 'sq' } },
      {
        type: 'web_search_tool_result',
        content: [{ type: 'web_search_result', title: 'wt', url: 'https://w.example' }],
      },
      {
        type: 'bash_code_execution_tool_result',
        content: { type: 'bash_code_execution_result', stdout: 'bo', content: [] },
      },
      { type: 'text', text: 'cited', citations: [{ type: 'char_location', cited_text: 'ct', document_title: 'cdt' }] },
    ];
    expect(
      inRequest('messages', {
        system: [{ type: 'text', text: 'sys' }],
        metadata: { user_id: 'never' },
        messages: [
          { role: 'user', content: 'str' },
          { role: 'user', content },
          { role: 'assistant', content: answer },
        ],
        tools: [{ name: 'never', description: 'td', input_schema: { properties: { q: { description: 'qd' } } } }],
        mcp_servers: [{ authorization_token: 'never', url: 'https://never.example' }],
      }),
    ).toEqual([
      ...[
        'system: sys',
        'user: str',
        'user: t',
        'user: dt',
        'user: dc',
        'user: dd',
        'user: dp',
        'user: https://s.example',
      ],
      ...[
        'user: st',
        'user: sc',
        'toolOutput: tr',
        'toolOutput: trb',
        'reasoning: th',
        'toolInput.id: i',
        'toolInput.name: n',
      ],
      ...[
        'toolInput.type: k',
        'toolInput.query: sq',
        'toolOutput: wt',
        'toolOutput: https://w.example',
        'toolOutput: bo',
      ],
      ...['assistant: cited', 'assistant: ct', 'assistant: cdt', 'tool: td', 'tool: qd'],
    ]);
  });
});
