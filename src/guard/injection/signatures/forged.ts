import { gap } from './phrases.ts';
import type { SignatureRow } from './signature.ts';

/** Text that looks like a part of the conversation that only the application writes. */
export const forged: readonly SignatureRow[] = [
  [
    'control-token',
    0.35,
    '<\\|(?:im_start|im_end|im_sep|endoftext|system|user|assistant|start_header_id|end_header_id|eot_id|begin_of_text|endofprompt|channel|message)\\|>|\\[/?inst\\]|<</?sys>>|<(?:start|end)_of_turn>|\\[/?system_prompt\\]',
  ],
  [
    'system-token',
    0.4,
    '(?:<\\|(?:im_start|start_header_id)\\|>[^a-z0-9]{0,3}(?:system|developer)|<\\|system\\|>|<<sys>>|<start_of_turn>[^a-z0-9]{0,3}(?:system|developer))',
  ],
  [
    'role-line',
    0.45,
    `(?:^|\\n)[^a-z0-9\\n]{0,8}(?:system|admin(?:istrator)?|developer|root)(?: (?:message|prompt|note|override|notice|update))?[^a-z0-9\\n]{0,4}[:>\\]][^a-z0-9]{0,6}(?:you (?:are|must|will|should|have)|ignore|disregard|forget|override|new|from now|the (?:user|assistant|previous)|reveal|enable|all (?:previous|prior|safety)|your|do not|safety|execute|print)`,
  ],
  [
    'system-block',
    0.4,
    '(?:<(?:system|admin|instructions?|system_?(?:prompt|message|override|note))>|\\[(?:system|admin|system (?:message|prompt|override|note)|system_note|new instructions?|important instructions?|override)\\]|#{2,4} ?(?:system|new|updated|hidden|admin|override)(?: (?:instructions?|prompt|message|override|task))?[^a-z0-9]{0,3}(?:\\n|:)|<important>|<!-- ?(?:ai|llm|system|assistant|agents?|instructions?|hidden|note to)\\b)',
  ],
  [
    'closed-container',
    0.45,
    '(?:</(?:tool|tool_result|tool_output|function_results?|documents?|context|user|user_input|input|data|search_results?|email|webpage|page|article|quote|retrieved|untrusted|text)>|(?:---|===|###) ?end (?:of )?(?:the )?(?:document|context|user input|input|tool output|data|email|article|user message|page|results)[^\\n]{0,20})[^a-z0-9<]{0,12}(?:<(?:system|assistant|instructions?)|(?:system|assistant|developer|now|new|ignore|important|instructions?|forget|please|human)\\b)',
  ],
  [
    'begin-system',
    0.55,
    '\\b(?:begin|start)(?: of)?[ _](?:new |hidden |secret )?(?:admin|system|root|priority|override)[ _](?:instructions?|prompt|override|message|commands?)\\b',
  ],
  [
    'system-override',
    0.62,
    `\\b(?:(?:system|admin(?:istrator)?|security|developer|root|emergency) override(?: (?:code|command|protocol|engaged|accepted|activated|initiated|enabled))|this is (?:a |an )?(?:system|admin(?:istrator)?|developer|root|emergency)(?: level)? (?:override|instruction|command|directive)|override (?:code|protocol|accepted|authorization)${gap}[a-z0-9])`,
  ],
  [
    'end-of-prompt',
    0.5,
    '(?:\\bend (?:of )?(?:system )?(?:prompt|instructions)\\b|/{2,}\\s?system|={3,} ?end|-{3,} ?end (?:of )?(?:system|prompt))[^a-z0-9]{1,12}(?:(?:new|user|admin|begin|start|now|ignore|you|actual|real)\\b)',
  ],
];
