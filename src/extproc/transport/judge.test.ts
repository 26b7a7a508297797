import * as grpc from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { echoMethod, framed, type RunningServer, startServer } from './testing/raw-client.ts';

/** grpc-js as an outside judge: another implementation of the same protocol. */
let running: RunningServer;
let client: grpc.Client;

beforeEach(async () => {
  running = await startServer({
    limits: { maxMessageBytes: 1_000_000, maxQueuedBytesPerStream: 100_000 },
    methods: new Map([
      [
        echoMethod,
        (stream) => ({
          message(bytes) {
            if (bytes.toString('latin1', 0, 4) === 'fail') {
              stream.fail(grpc.status.FAILED_PRECONDITION, 'wäre 100 %');
            } else if (bytes.toString('latin1', 0, 5) === 'flood') {
              for (let i = 0; i < 50; i++) {
                stream.write(framed(Buffer.alloc(100_000)));
              }
            } else {
              stream.write(framed(bytes));
            }
          },
          end: () => stream.end(),
          reset() {},
        }),
      ],
    ]),
  });
  const { address } = running;
  client = new grpc.Client('port' in address ? `127.0.0.1:${address.port}` : '', grpc.credentials.createInsecure());
});

afterEach(async () => {
  client.close();
  await running.server.drain(0);
});

const bytes = (value: Buffer): Buffer => value;

function call(messages: readonly Buffer[]): Promise<{ answers: Buffer[]; status: grpc.StatusObject }> {
  return new Promise((resolve) => {
    const stream = client.makeBidiStreamRequest(echoMethod, bytes, bytes);
    const answers: Buffer[] = [];
    stream.on('data', (answer: Buffer) => {
      answers.push(answer);
      if (answers.length === messages.length) {
        stream.end();
      }
    });
    stream.on('error', () => {});
    stream.on('status', (status) => resolve({ answers, status }));
    for (const message of messages) {
      stream.write(message);
    }
  });
}

describe('seen by grpc-js', () => {
  it('a bidirectional stream echoes its messages in order and ends OK', async () => {
    const messages = Array.from({ length: 200 }, (_, i) => Buffer.alloc(i * 37, i & 0xff));
    const { answers, status } = await call(messages);
    expect(answers).toEqual(messages);
    expect(status.code).toBe(grpc.status.OK);
  });

  it('a failure has its code and text, before and after the first answer', async () => {
    for (const messages of [['fail'], ['fine', 'fail', 'more']]) {
      const { answers, status } = await call(messages.map((text) => Buffer.from(text)));
      expect(answers).toHaveLength(messages.indexOf('fail'));
      expect([status.code, status.details]).toEqual([grpc.status.FAILED_PRECONDITION, 'wäre 100 %']);
    }
  });

  it('an oversized message is RESOURCE_EXHAUSTED', async () => {
    const { status } = await call([Buffer.alloc(1_000_001)]);
    expect(status.code).toBe(grpc.status.RESOURCE_EXHAUSTED);
    expect(status.details).toContain('exceeds the limit of 1000000');
  });

  it('a queue that grew too long is RESOURCE_EXHAUSTED', async () => {
    const { status } = await call([Buffer.from('flood')]);
    expect(status.code).toBe(grpc.status.RESOURCE_EXHAUSTED);
  });

  it('hundreds of streams at once keep apart', async () => {
    const calls = Array.from({ length: 300 }, (_, i) => call([Buffer.from(`a${i}`), Buffer.from(`b${i}`)]));
    const results = await Promise.all(calls);
    results.forEach(({ answers, status }, i) => {
      expect([status.code, ...answers.map(String)]).toEqual([grpc.status.OK, `a${i}`, `b${i}`]);
    });
  });
});
