import { err, ok, type Result } from '../lib/result.ts';
import { badField, type Refusal } from './dialect/refusal.ts';
import type { Conversation } from './messages.ts';
import { sampleOf } from './sample.ts';

export interface Tool {
  readonly name: string;
  readonly schema: unknown;
}

/** What the caller wants of its tools, whatever its dialect calls that. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

export interface ToolCall {
  readonly name: string;
  readonly input: object;
  /** The same as JSON, as a model writes it. */
  readonly text: string;
}

/**
 * Which tools are called. Left to itself, the practice provider calls those of which the user says `call NAME`, and
 * answers in words once there is a result. Never without a call where the caller insists on one.
 */
export function toolCalls(
  tools: readonly Tool[],
  choice: ToolChoice,
  { lastText, lastSpeaker }: Conversation,
): Result<readonly ToolCall[], Refusal> {
  if (choice === 'none') return ok([]);
  if (typeof choice === 'object') {
    const named = tools.find(({ name }) => name === choice.name);
    if (named !== undefined) return ok([callOf(named)]);
    return err(badField('tool_choice', `Tool choice '${choice.name}' not found in 'tools' parameter.`));
  }
  const asked = lastSpeaker === 'user' ? askedFor(tools, lastText) : [];
  if (choice === 'auto' || asked.length > 0) return ok(asked.map(callOf));
  const [first] = tools;
  if (first !== undefined) return ok([callOf(first)]);
  return err(
    badField('tool_choice', "Invalid value for 'tool_choice': it is only allowed when 'tools' are specified."),
  );
}

/** In the order in which the text has them. */
function askedFor(tools: readonly Tool[], text: string): readonly Tool[] {
  const names = [...text.matchAll(/\bcall [`"']?([A-Za-z0-9_-]+)/gi)].map(([, name]) => name);
  return names.flatMap((name) => tools.find((tool) => tool.name === name) ?? []);
}

function callOf({ name, schema }: Tool): ToolCall {
  const sample = sampleOf(schema);
  const input = typeof sample === 'object' && sample !== null ? sample : {};
  return { name, input, text: JSON.stringify(input) };
}
