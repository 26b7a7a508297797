import type { Stage } from '../../stage.ts';
import type { AttemptWatch, ResponseJudge } from '../../watched/attempt-watch.ts';
import { StreamJudge, type StreamRules } from './stream-judge.ts';
import { jsonJudge } from './whole-judge.ts';

/**
 * Failures that hide behind a 200 lead to the next target, where the policy asks for it: an error as body, a body that is
 * not all there, an error as first event of a stream, a stream without a first token in time.
 */
export const watch: Stage = {
  name: 'watch',
  watch({ route, isStream, api, dialect }) {
    if (route === undefined) return undefined;
    if (!isStream) return route.watchBody ? wholeBody : undefined;
    const rules = {
      failsOnError: route.watchBody,
      waitsForToken: route.firstTokenTimeoutMs > 0,
      dialect: api?.dialect ?? dialect,
    };
    return { of: 'stream', judge: (status, contentType) => streamJudge(status, contentType, rules) };
  },
};

const json = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const events = /^\s*text\/event-stream\s*(?:;|$)/i;

const wholeBody: AttemptWatch = {
  of: 'body',
  judge: (status, contentType = '') => (status === 200 && json.test(contentType) ? jsonJudge : undefined),
};

function streamJudge(
  status: number,
  contentType: string | undefined = '',
  rules: StreamRules,
): ResponseJudge | undefined {
  if (status !== 200) return undefined;
  if (events.test(contentType)) return new StreamJudge(rules);
  // Servers that cannot stream, or that fail before they do, answer with a whole body.
  return rules.failsOnError && json.test(contentType) ? jsonJudge : undefined;
}
