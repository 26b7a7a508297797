import { dialectOfPath, isModelPath, withoutQuery } from '../../../llm/api.ts';
import type { CallerDialect } from '../../engine.ts';

/**
 * By the path; where it does not tell (the list of models, which both families have, and whatever is not served), by the
 * header that Anthropic's clients always send: a client with a wrong base URL has to be told so in its own words.
 */
export const callerDialect: CallerDialect = (path, message) => {
  if (isModelPath(withoutQuery(path)) || message.header('anthropic-version') === undefined) return dialectOfPath(path);
  return 'anthropic';
};
