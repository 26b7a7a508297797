import { isRecord } from '../messages.ts';
import type { Tool, ToolChoice } from '../tools.ts';
import type { Call } from './api.ts';

interface Tools {
  readonly tools: readonly Tool[];
  readonly toolChoice: ToolChoice;
}

/** Those of chat completions, where a function stands in a field of its own. */
export function toolsOf({ tools, tool_choice: choice }: Call['body']): Tools {
  return { tools: listed(tools, functionOf), toolChoice: choiceOf(choice, functionOf) };
}

/** Those of responses, where it does not. */
export function responseToolsOf({ tools, tool_choice: choice }: Call['body']): Tools {
  const itself = (tool: Fields) => (tool.type === 'function' ? tool : undefined);
  return { tools: listed(tools, itself), toolChoice: choiceOf(choice, itself) };
}

type Fields = Readonly<Record<string, unknown>>;
type FindFunction = (tool: Fields) => Fields | undefined;

function functionOf(tool: Fields): Fields | undefined {
  return tool.type === 'function' && isRecord(tool.function) ? tool.function : undefined;
}

/** Functions only: what the provider does itself (search, code) is not practised. */
function listed(tools: unknown, find: FindFunction): readonly Tool[] {
  if (!Array.isArray(tools)) return [];
  return tools.flatMap((tool) => {
    const found = isRecord(tool) ? find(tool) : undefined;
    return typeof found?.name === 'string' ? [{ name: found.name, schema: found.parameters }] : [];
  });
}

function choiceOf(choice: unknown, find: FindFunction): ToolChoice {
  if (choice === 'none' || choice === 'required') return choice;
  const found = isRecord(choice) ? find(choice) : undefined;
  return typeof found?.name === 'string' ? { name: found.name } : 'auto';
}
