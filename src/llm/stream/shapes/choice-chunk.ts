import type { JsonPath } from '../../text/leaf.ts';

/** What all chunks of a stream have in common. Anything else may hold texts, which went out with their own chunk. */
const common: ReadonlySet<string> = new Set(['id', 'object', 'created', 'model', 'system_fingerprint', 'service_tier']);

/** A chunk like the given one, of one choice that brings nothing but `text` at `path` (`choices`, 0, …). */
export function choiceChunk(value: object, path: JsonPath, text: string): object {
  const chunk: Record<string, unknown> = {};
  for (const [member, inner] of Object.entries(value)) {
    if (member === 'choices') chunk[member] = [choiceWith(inner, path, text)];
    else if (common.has(member) || (member === 'usage' && inner === null)) chunk[member] = inner;
  }
  return chunk;
}

function choiceWith(choices: unknown, path: JsonPath, text: string): object {
  const choice = memberOf(choices, path[1]);
  const index = memberOf(choice, 'index');
  const hasLogprobs = typeof choice === 'object' && choice !== null && 'logprobs' in choice;
  return {
    index: typeof index === 'number' ? index : path[1],
    ...(only(choice, path, 2, text) as object),
    ...(hasLogprobs ? { logprobs: null } : {}),
    finish_reason: null,
  };
}

/** What is at `path`, with the objects around it reduced to their `index`. */
function only(value: unknown, path: JsonPath, at: number, text: string): unknown {
  const step = path[at];
  if (step === undefined) return text;
  const inner = only(memberOf(value, step), path, at + 1, text);
  if (Array.isArray(value)) return [inner];
  const index = memberOf(value, 'index');
  const type = memberOf(value, 'type');
  return {
    ...(index === undefined ? {} : { index }),
    // Part of what tells kinds of parts apart; a call says it once.
    ...(type === undefined || path[3] === 'tool_calls' ? {} : { type }),
    [step]: inner,
  };
}

function memberOf(value: unknown, step: string | number | undefined): unknown {
  if (typeof value !== 'object' || value === null || step === undefined) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[step];
}
