import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Practice, type PracticeOptions, startPractice } from './start.ts';
import { createCertificate } from './testing/certificate.ts';
import { ask, chat, message } from './testing/client.ts';

const started: Practice[] = [];

afterEach(async () => {
  for (const practice of started.splice(0)) await practice.close();
});

async function start(options?: PracticeOptions): Promise<Practice> {
  const practice = await startPractice(options);
  started.push(practice);
  return practice;
}

/** How the connection ends for a client that looks at the socket itself. */
function endOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    socket.on('end', () => resolve('end'));
    socket.resume();
    socket.write('GET /v1/models HTTP/1.1\r\nhost: practice\r\n\r\n');
  });
}

describe('startPractice', () => {
  it('says in a sentence that the port is taken', async () => {
    const { port } = await start();
    await expect(startPractice({ port })).rejects.toThrow(
      `The practice provider cannot listen on 127.0.0.1, port ${port}: another program uses it.`,
    );
  });

  it('records requests with the account that was meant, oldest first, up to a number', async () => {
    const practice = await start({ keepRequests: 2 });
    const { requests } = practice;
    await ask(practice.url, { path: '/v1/models', method: 'GET' });
    await ask(practice.url, { ...chat('small'), path: '/first/v1/chat/completions?x=1', headers: { 'x-a': 'b' } });
    await ask(practice.url, { ...message('large'), path: '/second/v1/messages', body: 'no json' });
    expect(requests.map(({ account, method, path }) => [account, method, path])).toEqual([
      ['first', 'POST', '/first/v1/chat/completions?x=1'],
      ['second', 'POST', '/second/v1/messages'],
    ]);
    expect(requests[0]?.headers['x-a']).toBe('b');
    expect(requests[0]?.body).toMatchObject({ model: 'small' });
    expect(requests[1]?.body).toBeUndefined();
    expect(requests[1]?.bytes.toString()).toBe('no json');
    practice.clear();
    expect(requests).toEqual([]);
  });

  it('fails for one account and answers for another', async () => {
    const practice = await start({ behaviours: [{ account: 'first', fault: { kind: 'status', status: 503 } }] });
    const question = chat('small');
    expect((await ask(practice.url, { ...question, path: `/first${question.path}` })).status).toBe(503);
    const second = await ask(practice.url, { ...question, path: `/second${question.path}` });
    expect(second.status).toBe(200);
    expect(second.headers['x-practice-account']).toBe('second');
  });

  it('lets a rule win over a magic model', async () => {
    const practice = await start({ behaviours: [{ account: 'healthy' }] });
    const question = chat('fail-500');
    expect((await ask(practice.url, question)).status).toBe(500);
    expect((await ask(practice.url, { ...question, path: `/healthy${question.path}` })).status).toBe(200);
  });

  it('takes the time from its clock and numbers its answers', async () => {
    const practice = await start({ now: () => 1_700_000_000_999 });
    const answers = [await ask(practice.url, chat('a')), await ask(practice.url, chat('a'))];
    expect(answers.map(({ text }) => JSON.parse(text))).toMatchObject([
      { created: 1_700_000_000, id: 'chatcmpl-practice1' },
      { created: 1_700_000_000, id: 'chatcmpl-practice2' },
    ]);
  });

  it('resets the connection where it is told to, and closes it in order otherwise', async () => {
    const practice = await start();
    practice.behave({ fault: { kind: 'cut', at: 'before-headers', how: 'reset' }, times: 1 });
    expect(await endOf(connect(practice.port))).toBe('ECONNRESET');
    practice.behave({ fault: { kind: 'cut', at: 'before-headers' }, times: 1 });
    expect(await endOf(connect(practice.port))).toBe('end');
  });

  it('speaks TLS and can reset below it', async () => {
    const { cert, key } = createCertificate();
    const practice = await start({ tls: { cert, key } });
    expect(practice.url).toMatch(/^https:/);
    const tls = () => connectTls({ port: practice.port, host: '127.0.0.1', ca: cert, servername: 'localhost' });
    const first = tls();
    first.write('GET /v1/models HTTP/1.1\r\nhost: practice\r\n\r\n');
    const answer = await new Promise<Buffer>((resolve) => first.once('data', resolve));
    expect(answer.toString()).toMatch(/^HTTP\/1.1 200/);
    first.destroy();
    practice.behave({ fault: { kind: 'cut', at: 'before-headers', how: 'reset' } });
    expect(await endOf(tls())).toBe('ECONNRESET');
  });

  it('cuts what is open when it closes', async () => {
    const practice = await startPractice({ behaviours: [{ headersDelayMs: 60_000 }] });
    const waiting = ask(practice.url, chat('any'));
    while (practice.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await practice.close();
    expect((await waiting).broken).toBe('ECONNRESET');
  });
});
