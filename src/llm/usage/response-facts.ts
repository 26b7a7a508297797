import { isObject } from './figures.ts';

const word = /^[A-Za-z0-9_.:-]{1,64}$/;

/** A word of the provider's that goes into records and labels; anything longer or stranger does not. */
export function wordOf(value: unknown): string | undefined {
  return typeof value === 'string' && word.test(value) ? value : undefined;
}

/** OpenAI says it beside `usage`, Anthropic inside of it; Anthropic's fast mode is a price class by another name. */
export function serviceTierOf(response: Readonly<Record<string, unknown>>): string | undefined {
  const { usage } = response;
  if (isObject(usage)) {
    if (usage.speed === 'fast') return 'fast';
    const inner = wordOf(usage.service_tier);
    if (inner !== undefined) return inner;
  }
  return wordOf(response.service_tier);
}

/** Why a whole answer ended, in the provider's word: `stop`, `end_turn`, `max_output_tokens`, `completed`. */
export function finishReasonOf(response: Readonly<Record<string, unknown>>): string | undefined {
  if (Array.isArray(response.choices)) {
    for (const choice of response.choices as unknown[]) {
      const reason = isObject(choice) ? wordOf(choice.finish_reason) : undefined;
      if (reason !== undefined) return reason;
    }
    return undefined;
  }
  const stop = wordOf(response.stop_reason);
  if (stop !== undefined) return stop;
  const { incomplete_details: incomplete } = response;
  return (isObject(incomplete) ? wordOf(incomplete.reason) : undefined) ?? wordOf(response.status);
}

/** Images in an answer of the images API. */
export function imagesIn(response: Readonly<Record<string, unknown>>): number {
  return Array.isArray(response.data) ? response.data.length : 0;
}
