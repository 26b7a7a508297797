import type { AttemptWatch } from '../../attempt-watch.ts';
import type { Stage } from '../../stage.ts';
import { isErrorBody } from './error-body.ts';
import { readStart } from './stream-start.ts';

/**
 * Failures that hide behind a 200 lead to the next target, where the policy asks for it: an error as body, an error as
 * first event of a stream, a stream without a first token in time.
 */
export const watch: Stage = {
  name: 'watch',
  watch({ route, isStream, targets }, attempt) {
    if (route === undefined) return undefined;
    if (!isStream) return route.watchBody ? wholeBody : undefined;
    // Behind the last target there is none to go to, and a stream says itself what went wrong.
    if (attempt >= targets.length) return undefined;
    return streamStart(route.watchBody, route.firstTokenTimeoutMs > 0);
  },
};

const json = /^\s*application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;
const events = /^\s*text\/event-stream\s*(?:;|$)/i;

const wholeBody: AttemptWatch = {
  of: 'whole',
  concerns: (status, contentType) => status === 200 && contentType !== undefined && json.test(contentType),
  judge: (bytes) => (isErrorBody(bytes) ? 'fail' : 'pass'),
};

function streamStart(failsOnError: boolean, waitsForToken: boolean): AttemptWatch {
  return {
    of: 'start',
    concerns: (status, contentType) => status === 200 && contentType !== undefined && events.test(contentType),
    judge(bytes) {
      const start = readStart(bytes);
      if (start === 'error') return failsOnError ? 'fail' : 'pass';
      if (start === 'token') return 'pass';
      if (start === 'preamble') return waitsForToken ? 'wait' : 'pass';
      return 'wait';
    },
  };
}
