import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentEvent, startStream } from '../support/raw-stream.ts';
import { until } from '../support/until.ts';
import { startWatchingGateway, type WatchingGateway } from '../support/watching-gateway.ts';

/* Watching for failures changes nothing else of a stream, on a real Envoy: neither its bytes nor their pace. */

let watching: WatchingGateway;
beforeAll(async () => {
  watching = await startWatchingGateway();
});
afterAll(() => watching?.stop());
beforeEach(() => watching.reset());

describe('a stream that is watched', () => {
  it('arrives chunk by chunk, not when it has ended', async () => {
    let send: ((content: string) => void) | undefined;
    let end: (() => void) | undefined;
    watching.answerRaw = (response) => {
      startStream(response);
      response.write(contentEvent('0'));
      send = (content) => void response.write(contentEvent(content));
      end = () => void response.end();
    };
    const response = await watching.post('raw-quick', true);
    const reader = response.body?.getReader();
    const next = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
    expect(await next()).toBe(contentEvent('0'));
    // Each is only sent when the one before has arrived.
    for (const content of ['1', '2', '3']) {
      send?.(content);
      expect(await next()).toBe(contentEvent(content));
    }
    end?.();
    expect((await reader?.read())?.done).toBe(true);
  });

  it('may come one byte at a time', async () => {
    const text = `: wait\r\n\r\n${contentEvent('größe')}data: [DONE]\r\n\r\n`;
    watching.answerRaw = async (response) => {
      startStream(response);
      response.socket?.setNoDelay(true);
      for (const byte of Buffer.from(text)) {
        response.write(Buffer.of(byte));
        await sleep(1);
      }
      response.end();
    };
    expect(await watching.ask('raw-quick', true)).toMatchObject({ status: 200, attempts: 'raw-first/one', text });
  });

  it('passes when it begins with more than anybody can judge', async () => {
    const text = `data: ${'x'.repeat(2_000_000)}\n\n`;
    watching.answerRaw = (response) => {
      startStream(response);
      response.end(text);
    };
    const answer = await watching.ask('raw-quick', true);
    expect(answer).toMatchObject({ status: 200, attempts: 'raw-first/one' });
    expect(answer.text === text).toBe(true);
  });

  it('that is compressed all the same passes unjudged', async () => {
    watching.answerRaw = (response) => {
      // Nobody asked for it: neither is it to be read here.
      response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'x-own' });
      response.end('data: {"error":{}}\n\n');
    };
    expect(await watching.ask('raw', true)).toMatchObject({ status: 200, attempts: 'raw-first/one' });
    expect(watching.raw.requests.at(-1)?.headers).not.toHaveProperty('accept-encoding');
  });

  it('tells the provider when the caller has gone', async () => {
    let isClosed = false;
    watching.answerRaw = (response) => {
      startStream(response);
      response.write(contentEvent('0'));
      response.on('close', () => {
        isClosed = true;
      });
    };
    const response = await watching.post('raw', true);
    await response.body?.cancel();
    await until('the provider sees the end', () => isClosed);
  });
});
