import type { OutgoingHttpHeaders } from 'node:http';
import type { Dialect } from '../../llm/api.ts';
import type { Answer, StreamAnswer } from '../api/api.ts';
import { errorBody } from '../dialect/error.ts';
import type { Refusal } from '../dialect/refusal.ts';

/** An answer as text, apart at the places where it can be delayed or cut. */
export interface Outgoing {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly isStream: boolean;
  readonly lead: readonly string[];
  /** Of JSON: one text. */
  readonly content: readonly string[];
  readonly tail: readonly string[];
  readonly failed?: StreamAnswer['failed'];
}

/** Who answers: what every answer's headers say. */
export interface Sender {
  readonly dialect: Dialect;
  readonly requestId: string;
  readonly account: string | undefined;
}

export function outgoingAnswer(answer: Answer, sender: Sender): Outgoing {
  return answer.kind === 'json' ? json(200, JSON.stringify(answer.body), sender) : stream(answer, sender);
}

export function outgoingRefusal(refusal: Refusal, sender: Sender, status = refusal.status): Outgoing {
  const answer = json(status, JSON.stringify(errorBody(refusal, sender.dialect, sender.requestId)), sender);
  if (refusal.retryAfterSeconds === undefined) return answer;
  return { ...answer, headers: { ...answer.headers, 'retry-after': String(refusal.retryAfterSeconds) } };
}

export function stream(answer: StreamAnswer, sender: Sender): Outgoing {
  const { kind: _, ...parts } = answer;
  const type = { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' };
  return { status: 200, headers: { ...type, ...identity(sender) }, isStream: true, ...parts };
}

/** Everything arrives and HTTP is satisfied, but the last JSON text stops in its middle. */
export function truncate(outgoing: Outgoing): Outgoing {
  const last = outgoing.content.at(-1) ?? '';
  const half = last.slice(0, Math.ceil(last.length / 2));
  const headers = outgoing.isStream ? outgoing.headers : { ...outgoing.headers, ...lengthOf(half) };
  return { ...outgoing, headers, content: [...outgoing.content.slice(0, -1), half], tail: [] };
}

function json(status: number, text: string, sender: Sender): Outgoing {
  const headers = { 'content-type': 'application/json', ...lengthOf(text), ...identity(sender) };
  return { status, headers, isStream: false, lead: [], content: [text], tail: [] };
}

function lengthOf(text: string): OutgoingHttpHeaders {
  return { 'content-length': Buffer.byteLength(text) };
}

function identity({ dialect, requestId, account }: Sender): OutgoingHttpHeaders {
  const id = { [dialect === 'anthropic' ? 'request-id' : 'x-request-id']: requestId };
  // Not the real providers' way: shows with `curl -i` which account of a chain answered.
  return account === undefined ? id : { ...id, 'x-practice-account': account };
}
