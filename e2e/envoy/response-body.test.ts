import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Ending, Exchange } from '../../src/extproc/exchange.ts';
import { Pipeline } from '../../src/extproc/pipeline.ts';
import { Registry } from '../../src/extproc/registry.ts';
import { processorMethods } from '../../src/extproc/server.ts';
import type { Stage } from '../../src/extproc/stage.ts';
import { callerDialect } from '../../src/extproc/stages/identify/caller-dialect.ts';
import { orderedStages } from '../../src/extproc/stages/order.ts';
import { engineWith } from '../../src/extproc/testing/fake-stream.ts';
import { createGrpcServer } from '../../src/extproc/transport/server.ts';
import { type Verdict, verdict } from '../../src/extproc/verdict.ts';
import { type BodySendMode, bodySendMode } from '../../src/extproc/wire/mode.ts';
import { programOf } from '../../src/program/testing/program-of.ts';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { startRecordingProvider } from '../support/recording-provider.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

/* What a stage can do with the body of a response, on a real Envoy: the ways that guards and accounting go. */

const atEnd = cleanupsAfterEach();
const program = programOf({
  providers: [{ name: 'a', cluster: 'provider/a', basePath: '/v1' }],
  models: [{ name: 'small' }],
  routes: [{ id: 'r', models: ['small'], profile: 'retry-default', targets: [{ provider: 'a', model: 'up' }] }],
  keys: [{ name: 'k', secret: 'sk-k' }],
});

type OnPiece = (exchange: Exchange, piece: Buffer, isLast: boolean) => Verdict;

/** A real Envoy and a real processor with one more stage, which gets the response body in this mode. */
async function gateway(mode: BodySendMode, onPiece: OnPiece, provider: (response: ServerResponse) => void) {
  const started = await startRecordingProvider(provider);
  atEnd(() => started.close());
  const endings: Ending[] = [];
  const stage: Stage = {
    name: 'test',
    responseHeaders(exchange) {
      exchange.responseBodyMode = mode;
      exchange.answer.remove('content-length');
      return verdict.proceed;
    },
    responseBody: onPiece,
    end: (_, how) => void endings.push(how),
  };
  const registry = new Registry(0);
  const stages = [...orderedStages({ registry, now: Date.now, random: Math.random }), stage];
  const engine = engineWith(stages, {
    programs: { current: program },
    registry,
    callerDialect,
    pipeline: new Pipeline(stages, () => {}),
  });
  const server = createGrpcServer({ methods: processorMethods(engine, new Map()) });
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  atEnd(() => server.drain(100));
  if (!('port' in address)) throw new Error('not a port');
  const running = await startTranslatedEnvoy(gatewayModel({ providers: [providerModel('a', started.port)] }), {
    processors: [{ host: '127.0.0.1', port: address.port }],
  });
  atEnd(() => running.stop());
  return { port: await running.port('http'), endings };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
  readonly isComplete: boolean;
}

function open(port: number): ClientRequest {
  const asked = request({
    port,
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-k', 'content-type': 'application/json' },
  });
  asked.end('{"model":"small","messages":[]}');
  return asked;
}

async function ask(port: number): Promise<Answer> {
  const [response] = (await once(open(port), 'response')) as [IncomingMessage];
  let text = '';
  response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  await once(response, 'end').catch(() => {});
  return { status: response.statusCode ?? 0, headers: response.headers, text, isComplete: response.complete };
}

/** Letters in chunks of their own. */
function letters(text: string, pause = 5) {
  return async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const letter of text) {
      response.write(letter);
      await sleep(pause);
    }
    response.end();
  };
}

const upper: OnPiece = (exchange, piece) => {
  exchange.answer.body = Buffer.from(piece.toString().toUpperCase());
  return verdict.proceed;
};

describe.each(['streamed', 'buffered', 'fullDuplexStreamed'] as const)('a response body that comes %s', (mode) => {
  it('is replaced by what a stage makes of it', async () => {
    const { port, endings } = await gateway(bodySendMode[mode], upper, letters('abcdef'));
    expect(await ask(port)).toMatchObject({ status: 200, text: 'ABCDEF', isComplete: true });
    expect(endings).toEqual(['done']);
  });

  it('stays as it is where nobody changes it', async () => {
    const { port } = await gateway(bodySendMode[mode], () => verdict.proceed, letters('abcdef'));
    expect(await ask(port)).toMatchObject({ text: 'abcdef', isComplete: true });
  });

  it('waits for a stage that waits', async () => {
    const { port } = await gateway(
      bodySendMode[mode],
      (exchange, piece) => {
        const ticket = exchange.suspend();
        exchange.answer.body = Buffer.from(piece.toString().toUpperCase());
        setTimeout(() => exchange.resume(ticket, verdict.proceed), 20);
        return verdict.pending;
      },
      letters('abc'),
    );
    expect(await ask(port)).toMatchObject({ text: 'ABC', isComplete: true });
  });

  it('does not reach the caller unprocessed when a stage fails', async () => {
    const { port, endings } = await gateway(
      bodySendMode[mode],
      (_, piece) => {
        if (piece.includes('~')) throw new Error('broken');
        return verdict.proceed;
      },
      letters('ab~def'),
    );
    const answer = await ask(port).catch(() => undefined);
    expect(answer?.isComplete === true && answer.status === 200).toBe(false);
    expect(answer?.text ?? '').not.toContain('~');
    expect(endings).toEqual(['rejected']);
  });

  it('is over for the stages when the caller leaves', async () => {
    const { port, endings } = await gateway(bodySendMode[mode], () => verdict.proceed, letters('a'.repeat(200), 10));
    const asked = open(port);
    asked.on('error', () => {});
    await sleep(150);
    asked.destroy();
    await expect.poll(() => endings, { timeout: 2_000 }).toEqual(['reset']);
  });
});

describe('a response body in full duplex', () => {
  const mode = bodySendMode.fullDuplexStreamed;

  it('may be held back and released later, at the end at the latest', async () => {
    let held = '';
    const { port } = await gateway(
      mode,
      (exchange, piece, isLast) => {
        held += piece.toString();
        if (isLast) exchange.answer.body = Buffer.from(`[${held}]`);
        else exchange.answer.clearBody = true;
        return verdict.proceed;
      },
      letters('abcdef'),
    );
    expect(await ask(port)).toMatchObject({ text: '[abcdef]', isComplete: true });
  });

  it('may be ended early with last bytes; the provider is cut off', async () => {
    let isCancelled = false;
    const { port, endings } = await gateway(
      mode,
      (exchange, piece) =>
        piece.includes('c')
          ? exchange.endResponseWith(Buffer.from('!'), { code: 'internal', params: {} })
          : verdict.proceed,
      (response) => {
        response.once('close', () => {
          isCancelled = !response.writableFinished;
        });
        return letters('abcdefghijklmnopqrstuvwxyz', 20)(response);
      },
    );
    expect(await ask(port)).toMatchObject({ status: 200, text: 'ab!', isComplete: true });
    await expect.poll(() => isCancelled, { timeout: 2_000 }).toBe(true);
    expect(endings).toEqual(['rejected']);
  });

  it('ends with what was held back when the provider sends trailers', async () => {
    let held = '';
    const { port } = await gateway(
      mode,
      (exchange, piece, isLast) => {
        held += piece.toString();
        if (isLast) exchange.answer.body = Buffer.from(held.toUpperCase());
        else exchange.answer.clearBody = true;
        return verdict.proceed;
      },
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream', trailer: 'x-sum' });
        response.write('abc');
        response.addTrailers({ 'x-sum': '3' });
        response.end('def');
      },
    );
    expect(await ask(port)).toMatchObject({ text: 'ABCDEF', isComplete: true });
  });

  it('of many megabytes passes, however slowly it is read', async () => {
    const size = 8 * 1024 * 1024;
    const { port } = await gateway(
      mode,
      () => verdict.proceed,
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(Buffer.alloc(size, 'x'));
      },
    );
    const [response] = (await once(open(port), 'response')) as [IncomingMessage];
    let received = 0;
    for await (const chunk of response) {
      received += (chunk as Buffer).length;
      if (received % 7 === 0) await sleep(1);
    }
    expect(received).toBe(size);
  });
});

describe('a buffered response body', () => {
  it('may be answered with an error of ours', async () => {
    const { port } = await gateway(bodySendMode.buffered, (exchange) => exchange.reject('internal'), letters('abc'));
    const answer = await ask(port);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { type: expect.any(String) } });
  });
});
