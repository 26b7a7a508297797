import { dialectOfPath } from '../../../llm/api.ts';
import type { CallerDialect } from '../../router/request-headers.ts';

/** The one path that both families have. */
const shared = /^\/v1\/models(?:[/?]|$)/;

/** By the path; where both families share it, by the header that Anthropic's clients always send. */
export const callerDialect: CallerDialect = (path, message) => {
  if (shared.test(path)) return message.header('anthropic-version') === undefined ? 'openai' : 'anthropic';
  return dialectOfPath(path);
};
