import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { answerOf, framed, open, type RunningServer, start, startServer, until } from './testing/raw-client.ts';
import { connectFrames, dataFrame, headersFrame, resetFrame } from './testing/raw-frames.ts';

let running: RunningServer;

afterEach(async () => {
  await running.server.drain(0);
});

describe('the gRPC server', () => {
  it('serves a unix socket and removes its file when it is drained', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-transport-'));
    const path = join(folder, 'processor.sock');
    running = await startServer({}, { path });
    const session = open({ path });
    const request = start(session);
    request.end(framed('hello'));
    expect((await answerOf(request)).body).toEqual(framed('hello'));
    await running.server.drain(1_000);
    expect(existsSync(path)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it('answers an unknown method with UNIMPLEMENTED in headers alone', async () => {
    running = await startServer();
    const session = open(running.address);
    const request = start(session, { ':path': '/no.Such/Thing' });
    request.write(framed('x'));
    const { headers, code } = await answerOf(request);
    expect(headers).toMatchObject({ ':status': 200, 'grpc-status': '12' });
    expect(code).toBe(0);
    expect(running.events).toMatchObject({ refused: 1 });
    session.close();
  });

  it('answers what is not gRPC as HTTP', async () => {
    running = await startServer();
    const session = open(running.address);
    const json = start(session, { 'content-type': 'application/json' });
    json.end('{}');
    expect((await answerOf(json)).headers[':status']).toBe(415);
    const almost = start(session, { 'content-type': 'application/grpc-web' });
    almost.end();
    expect((await answerOf(almost)).headers[':status']).toBe(415);
    const get = session.request({ ':path': '/' });
    expect((await answerOf(get)).headers[':status']).toBe(405);
    session.close();
  });

  it('accepts the parameters and suffixes of the content type', async () => {
    running = await startServer();
    const session = open(running.address);
    for (const type of ['application/grpc+proto', 'application/grpc; charset=utf-8']) {
      const request = start(session, { 'content-type': type, 'grpc-timeout': '1m' });
      request.end(framed('x'));
      expect((await answerOf(request)).status).toBe('0');
    }
    session.close();
  });

  it('survives 5,000 stream resets on one connection', async () => {
    running = await startServer();
    const connection = connectFrames(running.address);
    let stream = 1;
    for (let batch = 1; batch <= 50; batch++) {
      const opened: Buffer[] = [];
      const resets: Buffer[] = [];
      for (let i = 0; i < 100; i++, stream += 2) {
        opened.push(headersFrame(stream), dataFrame(stream, framed('x')));
        resets.push(resetFrame(stream, 2));
      }
      connection.send(...opened);
      await until(() => running.events.messageReceived === batch * 100);
      connection.send(...resets);
    }
    await until(() => running.events.streamReset === 5_000);
    connection.send(headersFrame(stream), dataFrame(stream, framed('still here')));
    await until(() => running.events.messageReceived === 5_001);
    expect(connection.goaways).toBe(0);
    expect(running.events).toMatchObject({ connectionOpened: 1, streamOpened: 5_001 });
    expect(running.events.connectionError ?? 0).toBe(0);
    connection.socket.destroy();
  });

  it('ends 5,000 half-closed streams on one connection', async () => {
    running = await startServer();
    const session = open(running.address);
    for (let batch = 0; batch < 50; batch++) {
      const requests = Array.from({ length: 100 }, () => start(session));
      const answers = Promise.all(requests.map(answerOf));
      for (const request of requests) {
        request.end(framed('x'));
      }
      for (const { status, code } of await answers) {
        expect([status, code]).toEqual(['0', 0]);
      }
    }
    expect(running.events).toMatchObject({ connectionOpened: 1, streamOpened: 5_000, streamEnded: 5_000 });
    expect(running.events.streamReset ?? 0).toBe(0);
    session.close();
  });

  it('carries messages of every size around the frame and window sizes of HTTP/2', async () => {
    running = await startServer();
    const session = open(running.address);
    for (const size of [0, 1, 16_378, 16_379, 16_380, 65_530, 65_531, 200_000, 3_000_000]) {
      const message = framed(Buffer.alloc(size, size & 0xff));
      const request = start(session);
      const answer = answerOf(request);
      request.end(message);
      const { body, status } = await answer;
      expect(status).toBe('0');
      expect(body.equals(message), `${size} bytes`).toBe(true);
    }
    session.close();
  });

  it('opens its windows wide and says how many streams it takes', async () => {
    running = await startServer();
    const session = open(running.address);
    const request = start(session);
    request.end(framed('x'));
    await answerOf(request);
    expect(session.remoteSettings).toMatchObject({ initialWindowSize: 1024 * 1024, maxConcurrentStreams: 1_000 });
    expect(session.state.remoteWindowSize).toBeGreaterThan(60 * 1024 * 1024);
    session.close();
  });

  it('lives on after bytes that are not HTTP/2, and after broken HTTP/2', async () => {
    const errors: Error[] = [];
    running = await startServer({ onConnectionError: (error) => errors.push(error) });
    const { address } = running;
    if (!('port' in address)) {
      throw new Error('a port was asked for');
    }
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    const garbage = [
      'GET / HTTP/1.1\r\nhost: x\r\n\r\n',
      Buffer.alloc(1_000, 0xff),
      preface,
      Buffer.concat([Buffer.from(preface), Buffer.alloc(1_000, 0xff)]),
      // HEADERS on stream 1 whose header block is nonsense.
      Buffer.concat([
        Buffer.from(preface),
        Buffer.from('000000040000000000', 'hex'),
        Buffer.from('000004010400000001ffffffff', 'hex'),
      ]),
      // DATA on stream 0.
      Buffer.concat([
        Buffer.from(preface),
        Buffer.from('000000040000000000', 'hex'),
        Buffer.from('00000100000000000061', 'hex'),
      ]),
    ];
    for (const bytes of garbage) {
      await new Promise<void>((resolve) => {
        const socket = connect(address.port, address.host, () => socket.end(bytes));
        socket.resume();
        socket.on('error', () => {});
        socket.on('close', () => resolve());
      });
    }
    const session = open(address);
    const request = start(session);
    request.end(framed('fine'));
    expect((await answerOf(request)).status).toBe('0');
    await until(() => errors.length >= 4);
    expect(running.events.connectionError).toBe(errors.length);
    session.close();
  });
});

describe('draining', () => {
  it('lets open streams finish, takes no new ones, and then closes the connection', async () => {
    running = await startServer();
    const { server, address, events } = running;
    const session = open(address);
    let goaways = 0;
    session.on('goaway', () => goaways++);
    const request = start(session);
    const answer = answerOf(request);
    request.write(framed('before'));
    await until(() => events.messageReceived === 1);
    let isDrained = false;
    const drained = server.drain(10_000).then(() => {
      isDrained = true;
    });
    await until(() => goaways === 1);
    const late = start(session);
    await until(() => late.destroyed);
    expect(isDrained).toBe(false);
    request.end(framed('after'));
    const { body, status } = await answer;
    expect([body, status]).toEqual([Buffer.concat([framed('before'), framed('after')]), '0']);
    await drained;
    expect(server.connectionCount).toBe(0);
    expect(events).toMatchObject({ goaway: 1, streamEnded: 1 });
  });

  it('cuts off what is still open after the grace period', async () => {
    running = await startServer();
    const session = open(running.address);
    const request = start(session);
    const answer = answerOf(request);
    request.write(framed('x'));
    await until(() => running.events.messageReceived === 1);
    await running.server.drain(30);
    expect(running.events).toMatchObject({ streamReset: 1, connectionClosed: 1 });
    expect((await answer).status).toBeUndefined();
  });

  it('closes idle connections at once and refuses new ones', async () => {
    running = await startServer();
    const session = open(running.address);
    await until(() => running.events.connectionOpened === 1);
    const started = performance.now();
    await running.server.drain(20_000);
    expect(performance.now() - started).toBeLessThan(5_000);
    const late = open(running.address);
    const failed = await new Promise((resolve) => late.on('error', resolve));
    expect(String(failed)).toContain('ECONNREFUSED');
    session.destroy();
  });

  it('may be asked for twice', async () => {
    running = await startServer();
    await Promise.all([running.server.drain(1_000), running.server.drain(1_000)]);
  });

  it('stays reachable for streams that what is open waits for, and only for those', async () => {
    running = await startServer({ isTakenWhileDraining: (metadata) => metadata['x-late'] === '1' });
    const request = start(open(running.address));
    const answer = answerOf(request);
    request.write(framed('open'));
    await until(() => running.events.messageReceived === 1);
    const drained = running.server.drain(10_000);

    const second = open(running.address);
    const refused = start(second);
    await until(() => refused.destroyed);
    expect(refused.rstCode).toBe(constants.NGHTTP2_REFUSED_STREAM);
    const taken = start(second, { 'x-late': '1' });
    taken.end(framed('late'));
    expect((await answerOf(taken)).status).toBe('0');

    request.end();
    expect((await answer).status).toBe('0');
    await drained;
    expect(running.server.connectionCount).toBe(0);
  });
});
