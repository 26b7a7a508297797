import type { TextRole } from '../text/leaf.ts';
import { responseTexts } from '../text/response.ts';
import { OutputCounter } from './output-counter.ts';

const written: ReadonlySet<TextRole> = new Set(['assistant', 'toolInput', 'reasoning']);

/** Tokens of what a model has written in a whole answer, for providers that do not say what they used. */
export function writtenTokens(api: string, json: object): number {
  const counter = new OutputCounter();
  for (const { role, text } of responseTexts(api, json)) if (written.has(role)) counter.text(text);
  return counter.tokens;
}
