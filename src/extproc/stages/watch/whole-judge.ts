import { readBody } from '../../../llm/error-body.ts';
import type { HiddenFailure, ResponseJudge } from '../../watched/attempt-watch.ts';

const error: HiddenFailure = { reason: 'error', errorBody: undefined };
const broken: HiddenFailure = { reason: 'broken', errorBody: undefined };

/** A JSON body, judged when all of it is here. Keeps nothing, so one serves all. */
export const jsonJudge: ResponseJudge = {
  piece: () => 'wait',
  end(whole) {
    const reading = readBody(whole);
    if (reading === 'fine') return 'pass';
    return reading === 'error' ? error : broken;
  },
};
