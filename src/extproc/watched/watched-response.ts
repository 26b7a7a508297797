import type { Answer } from '../answer.ts';
import type { Incoming } from '../wire/incoming.ts';
import {
  type AttemptWatch,
  type FinalJudgement,
  hiddenFailureStatus,
  type OnJudged,
  type ResponseJudge,
  type WatchOutcome,
} from './attempt-watch.ts';

/** A response on the stream of an upstream filter. */
export interface WatchedResponse {
  /** False: the message does not belong here. */
  receive(message: Incoming): boolean;
  /** Nothing more comes. */
  closed(): void;
}

/** The judge of a response with these headers, if there is one. */
export function judgeOf(watch: AttemptWatch, message: Incoming): ResponseJudge | undefined {
  if (!isPlain(message)) return undefined;
  return watch.judge(Number(message.header(':status')), message.header('content-type'));
}

/** Puts what was decided where the router sees it. */
export function apply(judgement: FinalJudgement, answer: Answer, verdict: OneVerdict): void {
  if (judgement === 'pass') {
    verdict.tell('passed');
    return;
  }
  verdict.tell(judgement.reason, judgement);
  answer.set(':status', String(hiddenFailureStatus));
}

/** Of several, the first counts. */
export class OneVerdict {
  private readonly onJudged: OnJudged;
  private isTold = false;

  constructor(onJudged: OnJudged) {
    this.onJudged = onJudged;
  }

  tell(outcome: WatchOutcome, failure?: Parameters<OnJudged>[1]): void {
    if (this.isTold) return;
    this.isTold = true;
    this.onJudged(outcome, failure);
  }
}

/** Watched requests ask for no encoding. A provider that encodes all the same cannot be judged. */
function isPlain(message: Incoming): boolean {
  const encoding = message.header('content-encoding');
  return encoding === undefined || encoding === '' || encoding.toLowerCase() === 'identity';
}
