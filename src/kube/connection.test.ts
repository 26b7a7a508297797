import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { connectKubeClient } from './client.ts';
import { kubeErrorText } from './error.ts';
import { startTestServer } from './testing/server.ts';

/** A client whose credential is what a command prints, and the credentials that were shown. */
async function withCommand(
  script: string,
  accepts: (authorization: string | undefined) => boolean | Promise<boolean> = () => true,
) {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-connection-'));
  const shown: (string | undefined)[] = [];
  const server = await startTestServer(async ({ headers: { authorization } }, response: ServerResponse) => {
    shown.push(authorization);
    response.writeHead((await accepts(authorization)) ? 200 : 401).end('{}');
  });
  const kubeconfig = join(folder, 'config');
  const write = (text: string, address = server.url): Promise<void> =>
    writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'test', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'test', user: { exec: { command: process.execPath, args: ['-e', text, folder] } } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
        'current-context': 'test',
      }),
    );
  await write(script);
  const client = await connectKubeClient({ kubeconfig });
  if (!client.ok) throw new Error(client.error);
  onTestFinished(async () => {
    client.value.close();
    await server.close();
    await rm(folder, { recursive: true });
  });
  const call = async (timeoutMs = 20_000): Promise<string> => {
    const answer = await client.value.transport.call({ method: 'GET', path: '/version', timeoutMs });
    return answer.ok ? 'answered' : kubeErrorText(answer.error);
  };
  return {
    call,
    write,
    shown,
    kubeconfig,
    starts: async () => (await readFile(join(folder, 'starts'), 'utf8')).length,
  };
}

/** What each start of the command does, by its number. */
const byTurn = (body: string): string => `
  const fs = require('node:fs');
  const file = process.argv[1] + '/starts';
  fs.appendFileSync(file, '.');
  const turn = fs.readFileSync(file, 'utf8').length;
  ${body}`;
const tokenOf = (name: string): string => `console.log(JSON.stringify({ status: { token: ${name} } }));`;

it('keeps what a command answers, until the API server refuses it', async () => {
  const script = byTurn(tokenOf("'of-turn-' + turn"));
  const { call, shown, starts } = await withCommand(script, (shownNow) => shownNow !== 'Bearer of-turn-1' || isGood);
  let isGood = true;
  expect([await call(), await call(), await starts()]).toEqual(['answered', 'answered', 1]);
  isGood = false;
  expect(await call()).toBe('Unauthorized (401): the API server answered 401');
  expect([await call(), await call(), await starts()]).toEqual(['answered', 'answered', 2]);
  expect(shown.at(-1)).toBe('Bearer of-turn-2');
});

it('keeps a new credential though the old one is refused once more, late', async () => {
  const late = Promise.withResolvers<void>();
  const script = byTurn(tokenOf("'of-turn-' + turn"));
  const { call, shown, starts } = await withCommand(script, async (given) => {
    if (given === 'Bearer of-turn-1' && shown.length === 1) await late.promise;
    return given !== 'Bearer of-turn-1';
  });
  const first = call();
  await expect.poll(() => shown.length).toBe(1);
  expect([await call(), await call()]).toEqual(['Unauthorized (401): the API server answered 401', 'answered']);
  late.resolve();
  await first;
  expect([await call(), await starts()]).toEqual(['answered', 2]);
});

it('renews once what several calls were refused with', async () => {
  const script = byTurn(tokenOf("'of-turn-' + turn"));
  const { call, starts } = await withCommand(script, (shown) => shown !== 'Bearer of-turn-1');
  await Promise.all([call(), call(), call()]);
  expect(await starts()).toBe(1);
  expect(await Promise.all([call(), call(), call()])).toEqual(['answered', 'answered', 'answered']);
  expect(await starts()).toBe(2);
});

it.each([
  ['console.log("my-secret-token")', 'what the command of the kubeconfig answers is no ExecCredential'],
  ['console.log("{}")', 'what the command of the kubeconfig answers is no ExecCredential'],
  ['console.error("log in first"); process.exit(1)', 'log in first'],
  ['process.exit(1)', 'the command of the kubeconfig fails without a word'],
])('says what is wrong with a command that does %s, and takes what it answers later', async (wrong, text) => {
  const script = byTurn(`if (turn < 3) { ${wrong} } else { ${tokenOf("'good'")} }`);
  const { call, shown } = await withCommand(script);
  const failure = `Unauthenticated: there is no usable credential: ${text}`;
  expect([await call(), await call(), await call()]).toEqual([failure, failure, 'answered']);
  expect(shown).toEqual(['Bearer good']);
});

it('does not wait longer than there is time, nor start a command that hangs for every call', async () => {
  const { call, starts } = await withCommand(byTurn('setTimeout(() => undefined, 3_000)'));
  const texts = [await call(1_000), await call(20)];
  expect(texts[0]).toBe('Timeout: GET /version: no credential to call with within 1 s');
  expect(texts[1]).toMatch(/^Timeout: /);
  // It may take its time to start, and it would be the second one that is late.
  await expect.poll(() => starts().catch(() => 0)).toBeGreaterThan(0);
  expect(await starts()).toBe(1);
});

it('takes a new credential from the file, and no other API server', async () => {
  const { call, write, shown, kubeconfig } = await withCommand(tokenOf("'old'"), (given) => given === 'Bearer new');
  await write(tokenOf("'new'"), 'http://127.0.0.1:1');
  expect(await call()).toMatch(/401/);
  expect(await call()).toMatch(/401/);
  await writeFile(kubeconfig, '{"clusters": [');
  expect(await call()).toMatch(/401/);
  await write(tokenOf("'new'"));
  expect(await call()).toMatch(/401/);
  expect(await call()).toBe('answered');
  expect(shown.slice(-2)).toEqual(['Bearer old', 'Bearer new']);
});
