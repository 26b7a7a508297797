import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import { freePort } from '../support/gateway.ts';
import { document, documents, gatewayDocument } from '../support/policy-documents.ts';

/* `sluice run` as a newcomer uses it: the quickstart folder, on ports of its own so that a running gateway is no obstacle. */

const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);

let folder: string;
let ports: { gateway: number; fetch: number; practice: number; admin: number };
let child: ChildProcess | undefined;
let out = '';
let err = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-run-'));
  await cp(join(root, 'examples/quickstart'), folder, { recursive: true });
  ports = { gateway: await freePort(), fetch: await freePort(), practice: await freePort(), admin: await freePort() };
  for (const file of await readdir(folder)) {
    const text = await readFile(join(folder, file), 'utf8');
    const replaced = text
      .replaceAll('10080', String(ports.gateway))
      .replaceAll('10088', String(ports.fetch))
      .replaceAll('10090', String(ports.practice));
    await writeFile(join(folder, file), replaced);
  }
});

afterAll(() => rm(folder, { recursive: true, force: true }));

afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    // Drained, not killed: the ports must be free again for the next test.
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    await gone;
  }
});

function start(args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): ChildProcess {
  out = '';
  err = '';
  const { OPENAI_API_KEY: _o, ANTHROPIC_API_KEY: _a, ...clean } = process.env;
  const flags = ['--policy', folder, '--admin', String(ports.admin), '--practice', String(ports.practice), ...args];
  const started = spawn(join(root, 'bin/sluice'), ['run', ...flags], { env: { ...clean, ...env } });
  started.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  started.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child = started;
  return started;
}

/** The blocks of a page for a running gateway, with the ports of this one. */
async function blocksOf(page: string): Promise<string[]> {
  const text = await readFile(join(root, page), 'utf8');
  const blocks = [...text.matchAll(/^```sh gateway\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');
  expect(blocks.length).toBeGreaterThan(1);
  return blocks.map((block) =>
    block.replaceAll('10080', String(ports.gateway)).replaceAll('10090', String(ports.practice)),
  );
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (condition()) return;
    if (child?.exitCode !== null) break;
    await sleep(50);
  }
  throw new Error(`${what} did not happen.\n${out}\n${err}`);
}

/** Processes below this one, as far down as there are any. */
async function descendants(pid: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-e', '-o', 'pid=,ppid=']);
  const pairs = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found: number[] = [];
  const queue = [pid];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    for (const [child = 0, parent = 0] of pairs) {
      if (parent !== next) continue;
      found.push(child);
      queue.push(child);
    }
  }
  return found;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A request that the practice provider has, and answers after so long. */
async function askSlowly(headersDelayMs: number): Promise<{ readonly answer: Promise<number | 'cut'> }> {
  const practice = `http://127.0.0.1:${ports.practice}/practice`;
  await fetch(`${practice}/behaviour`, {
    method: 'PUT',
    body: JSON.stringify({ account: 'practice-openai', headersDelayMs }),
  });
  const key = 'sk-sluice-demo-public-knowledge-only-for-practice';
  const asked = fetch(`http://127.0.0.1:${ports.fetch}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  const answer = asked.then(
    ({ status }) => status,
    () => 'cut' as const,
  );
  for (let requests: unknown[] = []; requests.length === 0; await sleep(50)) {
    requests = (await (await fetch(`${practice}/requests`)).json()) as unknown[];
  }
  return { answer };
}

describe('sluice run', () => {
  it('prints a line that works when pasted, shows its status, drains on Ctrl-C and leaves no process behind', async () => {
    const started = start();
    await until(() => out.includes('is running'), 'the start');
    expect(out).toContain(`http://localhost:${ports.gateway}`);
    expect(out).toContain('Models    claude-demo, large, small');
    expect(out).toContain('sk-sluice-demo-public-knowledge-only-for-practice');
    expect(out).not.toContain('gpt-4o');

    const line = /^ {2}(curl [\s\S]*?\}')$/m.exec(out)?.[1] ?? 'echo no line';
    const { stdout: answer } = await run('sh', ['-c', line]);
    expect(JSON.parse(answer)).toMatchObject({ choices: [{ message: { content: 'You said: Hello!' } }] });

    const admin = `http://127.0.0.1:${ports.admin}`;
    const envoyPort = /--envoy (\d+)/.exec(out)?.[1] ?? '';
    const { stdout: status } = await run(join(root, 'bin/sluice'), ['status', '--admin', admin, '--envoy', envoyPort]);
    expect(status).toContain('Model/small');
    expect(status).toMatch(/envoy-\w+ +envoy 1\.\d+\.\d+ .*synced/);
    expect(status).toMatch(new RegExp(`port ${envoyPort} +envoy 1\\.\\d+\\.\\d+ +ready +.*cluster 4`));
    expect(await (await fetch(`${admin}/metrics`)).text()).toMatch(/sluice_xds_acks_total\{type="cluster"\} [1-9]/);

    for (const block of await blocksOf('README.md')) {
      const { stdout } = await run('sh', ['-ec', block]);
      if (block.includes('grep x-sluice')) {
        expect(stdout).toContain('x-sluice-attempts: practice-openai/practice-mini,practice-backup/practice-mini');
      } else {
        expect(JSON.parse(stdout)).toMatchObject({ object: 'chat.completion' });
      }
    }
    // They end with what fails if it does not find the answer.
    for (const block of await blocksOf('docs/guides/clients.md')) await run('sh', ['-ec', block]);

    const children = await descendants(started.pid ?? 0);
    expect(children.length).toBeGreaterThanOrEqual(2);
    const ended = once(started, 'exit');
    started.kill('SIGINT');
    const [code] = await ended;
    expect(code).toBe(0);
    expect(err).toContain('Draining');
    // What watches over them was told that it is over, and ends by itself.
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  });

  it('prints a line that works when pasted where callers show certificates, but for theirs', async () => {
    const [server, clients] = [createAuthority('of the server'), createAuthority('of the clients')];
    const [listener, client] = [server.issue('ai.example.com'), clients.issue()];
    const files = {
      'tls.crt': listener.certificate,
      'tls.key': listener.privateKey,
      'clients.pem': clients.certificate,
      'CLIENT.crt': client.certificate,
      'CLIENT.key': client.privateKey,
      'mutual.yaml': documents(
        document('GatewayPolicy', 'clients', { clientCertificates: { ca: { file: 'clients.pem' } } }),
        gatewayDocument([{ port: ports.gateway, hostname: 'ai.example.com', tls: 'tls' }]),
      ),
    };
    const plain = await readFile(join(folder, 'gateway.yaml'), 'utf8');
    await rm(join(folder, 'gateway.yaml'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    try {
      start();
      await until(() => out.includes('is running'), 'the start');
      expect(out).toContain('Try it, with a client certificate and its key as CLIENT.crt and CLIENT.key:');
      const line = /^ {2}(curl [\s\S]*?\}')$/m.exec(out)?.[1] ?? 'echo no line';
      const { stdout: answer } = await run('sh', ['-c', line], { cwd: folder });
      expect(JSON.parse(answer)).toMatchObject({ choices: [{ message: { content: 'You said: Hello!' } }] });
      // Where it does not work, it says why.
      const without = run('sh', ['-c', line.replace(/--cert \S+ --key \S+/, '')], { cwd: folder });
      await expect(without).rejects.toMatchObject({ stderr: expect.stringContaining('curl: ') });
    } finally {
      await writeFile(join(folder, 'gateway.yaml'), plain);
      for (const name of Object.keys(files)) await rm(join(folder, name));
    }
  });

  it('leaves no process behind when it is killed itself', async () => {
    const started = start();
    await until(() => out.includes('is running'), 'the start');
    const children = await descendants(started.pid ?? 0);
    const ended = once(started, 'exit');
    started.kill('SIGKILL');
    await ended;
    for (let tries = 0; tries < 100 && children.some(isAlive); tries++) await sleep(50);
    expect(children.filter(isAlive)).toEqual([]);
  });

  it('lets a request finish when nobody reads its output any more, and says why it ends', async () => {
    const started = start(['--drain', '60']);
    await until(() => out.includes('is running'), 'the start');
    const slow = await askSlowly(3_000);
    const ended = once(started, 'exit');
    started.stdout?.destroy();
    // Its line in the access log is the first that nobody reads.
    await fetch(`http://127.0.0.1:${ports.fetch}/v1/models`);
    await until(() => err.includes('Draining'), 'the drain');
    expect(await slow.answer).toBe(200);
    expect(await ended).toEqual([141, null]);
    expect(err).toContain('sluice: Nobody reads the output any more (EPIPE), so the gateway ends.');
  });

  it('ends as Ctrl-C has it end where what reads its output has met it first, such as tee', async () => {
    const started = start();
    await until(() => out.includes('is running'), 'the start');
    const slow = await askSlowly(2_000);
    const ended = once(started, 'exit');
    started.stdout?.destroy();
    started.kill('SIGINT');
    await until(() => err.includes('Draining'), 'the drain');
    expect(await slow.answer).toBe(200);
    expect(await ended).toEqual([0, null]);
    expect(err).not.toContain('Nobody reads');
  });

  it('ends at once when the terminal is closed and Ctrl-C comes on top, and leaves nothing behind', async () => {
    const temporary = await mkdtemp(join(tmpdir(), 'sluice-run-'));
    const started = start(['--drain', '60'], { TMPDIR: temporary });
    await until(() => out.includes('is running'), 'the start');
    const children = await descendants(started.pid ?? 0);
    expect((await readdir(temporary)).length).toBeGreaterThan(0);
    const { answer } = await askSlowly(60_000);
    const ended = once(started, 'exit');
    started.kill('SIGHUP');
    await until(() => err.includes('Draining'), 'the drain');
    started.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    for (let tries = 0; tries < 600 && children.some(isAlive); tries++) await sleep(50);
    expect(children.filter(isAlive)).toEqual([]);
    expect(await answer).toBe('cut');
    expect(await readdir(temporary)).toEqual([]);
    await rm(temporary, { recursive: true });
  });

  it('adds public providers whose key is in the environment', async () => {
    start([], { OPENAI_API_KEY: 'sk-not-a-real-key', ANTHROPIC_API_KEY: 'sk-ant-not-a-real-key' });
    await until(() => out.includes('is running'), 'the start');
    expect(out).toMatch(/Models .*claude-haiku-4-5.*gpt-4o-mini/);
    expect(out + err).not.toContain('not-a-real-key');
  });

  it('says in one sentence which port is in use', async () => {
    const busy = createServer().listen(ports.gateway, '127.0.0.1');
    await once(busy, 'listening');
    const [code] = await once(start(), 'exit');
    busy.close();
    expect(code).toBe(1);
    expect(err).toContain(`Port ${ports.gateway} is in use.`);
  });

  it('says in one sentence which address is none of this machine', async () => {
    const file = join(folder, 'gateway.yaml');
    const text = await readFile(file, 'utf8');
    // Reserved for documentation: nobody has it.
    await writeFile(file, text.replace('127.0.0.1', '192.0.2.1'));
    const [code] = await once(start(), 'exit');
    await writeFile(file, text);
    expect(code).toBe(1);
    expect(err).toContain('The address 192.0.2.1 is none of this machine.');
  });

  it('shows what is wrong with a bad policy and does not start', async () => {
    await writeFile(
      join(folder, 'bad.yaml'),
      'apiVersion: sluice.dev/v1alpha1\nkind: Model\nmetadata: {name: bad}\nspec: {}\n',
    );
    const [code] = await once(start(), 'exit');
    await rm(join(folder, 'bad.yaml'));
    expect(code).toBe(1);
    expect(err).toContain('Model/bad');
    expect(err).toContain('spec.targets');
    expect(err).toContain('The policy has errors');
  });

  it('refuses an Envoy of another version in one sentence', async () => {
    const fake = join(folder, 'envoy.sh');
    await writeFile(fake, '#!/bin/sh\necho "envoy  version: abc/1.31.2/Clean/RELEASE/BoringSSL"\n', { mode: 0o755 });
    const [code] = await once(start([], { ENVOY_BIN: fake }), 'exit');
    expect(code).toBe(1);
    expect(err).toContain('is Envoy 1.31.2, but Sluice needs >= 1.40.0, < 1.41.0');
  });
});
