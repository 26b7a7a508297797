import type { Api } from './api.ts';
import { chatCompletions } from './chat-completions.ts';
import { completions } from './completions.ts';
import { embeddings } from './embeddings.ts';
import { imageGenerations } from './images.ts';
import { countMessageTokens, messages } from './messages.ts';
import { responseInputTokens, responses } from './responses.ts';

const apis: readonly Api[] = [
  chatCompletions,
  completions,
  embeddings,
  responses,
  responseInputTokens,
  imageGenerations,
  messages,
  countMessageTokens,
];

/** The APIs that take a body with a model, by path from `/v1` on. All take POST. */
export const apiByPath: ReadonlyMap<string, Api> = new Map(apis.map((api) => [api.path, api]));
