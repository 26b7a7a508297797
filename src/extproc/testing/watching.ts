import type { AttemptWatch, FinalJudgement, Judgement, OnJudged } from '../watched/attempt-watch.ts';
import type { WatchedResponse } from '../watched/watched-response.ts';
import { decodeRequest, Incoming } from '../wire/incoming.ts';
import { FakeStream } from './fake-stream.ts';

type WatchedClass = new (stream: FakeStream, watch: AttemptWatch, onJudged: OnJudged) => WatchedResponse;

/** A watched response without Envoy. Only status 200 is judged; pieces and ends as the test says. */
export function watching(
  Watched: WatchedClass,
  piece: (text: string) => Judgement,
  end: (whole: string) => FinalJudgement,
) {
  const stream = new FakeStream();
  const outcomes: string[] = [];
  const judge = {
    piece: (bytes: Buffer) => piece(bytes.toString()),
    end: (whole: Buffer) => end(whole.toString()),
  };
  const response = new Watched(
    stream,
    { of: 'body', judge: (status) => (status === 200 ? judge : undefined) },
    (outcome, failure) => outcomes.push(failure === undefined ? outcome : `${outcome}!`),
  );
  const receive = (...messages: Buffer[]): boolean =>
    messages
      .map((message) => {
        const incoming = new Incoming();
        decodeRequest(message, incoming);
        return response.receive(incoming);
      })
      .every((isTaken) => isTaken);
  return { stream, receive, outcomes, response };
}

/** What each answer says, in short: the message it is for, what headers are set to, and how the body is to come. */
export function said(stream: FakeStream): string[] {
  return stream.answers.map(({ response, modeOverride }) => {
    const words: string[] = [response.case ?? 'nothing'];
    if (response.case === 'responseHeaders' || response.case === 'responseBody') {
      const set = response.value.response?.headerMutation?.setHeaders ?? [];
      words.push(...set.map(({ header }) => Buffer.from(header?.rawValue ?? []).toString()));
    }
    if (modeOverride !== undefined) words.push(`mode ${modeOverride.responseBodyMode}`);
    return words.join(' ');
  });
}
