import { createHook } from 'node:async_hooks';
import type { ClientHttp2Stream } from 'node:http2';
import { framed, open, start, startServer } from './raw-client.ts';

/**
 * A process of its own, since a test runner makes promises all the time: prints how many were made while messages went
 * to and fro, once over one stream and once over many.
 */
const { server, address, events } = await startServer();
const session = open(address);
const message = framed(Buffer.alloc(600, 0x61));
let promises = 0;
const hook = createHook({
  init(_id, type) {
    if (type === 'PROMISE') {
      promises++;
    }
  },
});

function pingPong(count: number, onEnd: () => void): void {
  const request: ClientHttp2Stream = start(session);
  let left = count;
  let seen = 0;
  request.on('data', (chunk: Buffer) => {
    seen += chunk.length;
    if (seen === message.length) {
      seen = 0;
      if (--left > 0) {
        request.write(message);
      } else {
        request.end();
      }
    }
  });
  request.on('close', onEnd);
  request.write(message);
}

function streams(count: number, messagesEach: number, onEnd: () => void): void {
  if (count === 0) {
    onEnd();
  } else {
    pingPong(messagesEach, () => streams(count - 1, messagesEach, onEnd));
  }
}

function report(): void {
  hook.disable();
  const counted = { promises, messages: events.messageReceived, control: 0 };
  promises = 0;
  hook.enable();
  void Promise.resolve();
  hook.disable();
  counted.control = promises;
  console.log(JSON.stringify(counted));
  session.close();
  void server.drain(100);
}

pingPong(50, () => {
  hook.enable();
  pingPong(1_000, () => streams(250, 4, report));
});
