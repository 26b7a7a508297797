import type { ServerResponse } from 'node:http';
import type { Behaviour, CutPoint } from '../behaviour/behaviour.ts';
import type { Outgoing } from './outgoing.ts';
import { gzipSink, plainSink } from './sink.ts';
import { wait } from './wait.ts';

/** The common case: nothing waits, nothing is allocated that the answer does not need. */
export function sendAtOnce(response: ServerResponse, { status, headers, lead, content, tail }: Outgoing): void {
  response.writeHead(status, headers);
  for (const text of lead) response.write(text);
  const last = tail.length === 0 ? content.at(-1) : undefined;
  for (const text of last === undefined ? content : content.slice(0, -1)) response.write(text);
  for (const text of tail) response.write(text);
  response.end(last);
}

export interface Told {
  readonly behaviour: Behaviour;
  readonly acceptsGzip: boolean;
  /** Ends the connection in the way that the behaviour asks for. */
  readonly cut: () => void;
}

export async function sendAsTold(response: ServerResponse, outgoing: Outgoing, told: Told): Promise<void> {
  const { fault, headersDelayMs, firstChunkDelayMs, chunkDelayMs, gzip } = told.behaviour;
  if (fault?.kind === 'never-answer') return;
  const cutAt = fault?.kind === 'cut' ? fault.at : undefined;
  if (!(await wait(response, headersDelayMs))) return;
  if (cutAt === 'before-headers') return told.cut();

  const isCompressed = gzip === true && told.acceptsGzip;
  response.writeHead(outgoing.status, isCompressed ? compressed(outgoing) : outgoing.headers);
  response.flushHeaders();
  if (cutAt === 'after-headers') return afterFlush(told.cut);
  const sink = isCompressed ? gzipSink(response) : plainSink(response);
  for (const text of outgoing.lead) await sink.write(text);
  if (cutAt === 'before-content') return afterFlush(told.cut);

  const content = contentUntil(outgoing, cutAt);
  for (const [index, text] of content.entries()) {
    if (!(await wait(response, index === 0 ? firstChunkDelayMs : chunkDelayMs))) return;
    await sink.write(text);
  }
  if (cutAt !== undefined) return afterFlush(told.cut);
  for (const text of outgoing.tail) await sink.write(text);
  sink.end();
}

function contentUntil({ content, isStream }: Outgoing, cutAt: CutPoint | undefined): readonly string[] {
  if (typeof cutAt !== 'number') return content;
  if (isStream) return content.slice(0, cutAt);
  return content.map((text) => text.slice(0, Math.ceil(text.length / 2)));
}

function compressed({ headers }: Outgoing): Outgoing['headers'] {
  const { 'content-length': _, ...rest } = headers;
  return { ...rest, 'content-encoding': 'gzip' };
}

/** What was written in this turn is handed to the kernel at its end. */
function afterFlush(cut: () => void): void {
  setImmediate(cut);
}
