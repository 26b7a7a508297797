import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ProgramServer, startProgramServer } from '../../src/program/testing/program-server.ts';
import { scriptedEnvoy } from '../support/scripted-envoy.ts';
import { ask, until } from '../support/test-processor.ts';

const main = join(import.meta.dirname, '../../cmd/processor/main.ts');

let folder: string;
let socket: string;
let plane: ProgramServer;
const children = new Set<ChildProcess>();

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-processor-'));
  socket = join(folder, 'p.sock');
  plane = await startProgramServer({
    providers: [{ name: 'a' }],
    models: [{ name: 'small' }],
    routes: [{ id: 'r', models: ['small'], targets: [{ provider: 'a' }] }],
    keys: [{ name: 'k' }],
  });
});
afterEach(async () => {
  for (const child of children) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  }
  children.clear();
  plane.close();
  await rm(folder, { recursive: true, force: true });
});

interface Running {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  output(): string;
}

function run(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): Running {
  const child = spawn(process.execPath, [main, ...args], { stdio: [stdin, 'pipe', 'pipe'] });
  children.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = once(child, 'close').then(([code]) => code as number | null);
  return { child, exited, output: () => output };
}

async function ready(stdin: 'ignore' | 'pipe' = 'ignore'): Promise<Running> {
  const running = run(
    ['--listen', `unix:${socket}`, '--xds', plane.address, '--admin', '127.0.0.1:0', '--grace', '5'],
    stdin,
  );
  await until(() => running.output().includes('the program is complete'));
  return running;
}

describe('the processor process', () => {
  it('lets open requests end when it is asked to go, and leaves nothing behind', async () => {
    const { child, exited } = await ready();
    const envoy = scriptedEnvoy({ path: socket });
    const { conversation, body } = await ask(envoy, { model: 'small' });
    expect(body.chain).toEqual(['cluster-a']);
    child.kill('SIGTERM');
    await until(async () => !(await isListening(socket)));
    expect((await conversation.responseHeaders(200)).headers).toMatchObject({ 'x-sluice-provider': 'a' });
    expect(await conversation.end()).toBe('0');
    expect(await exited).toBe(0);
    envoy.close();
  });

  it('goes at once on a second signal', async () => {
    const { child, exited } = await ready();
    const envoy = scriptedEnvoy({ path: socket });
    await ask(envoy, { model: 'small' });
    child.kill('SIGINT');
    await until(async () => !(await isListening(socket)));
    child.kill('SIGINT');
    expect(await exited).toBe(1);
    envoy.close();
  });

  it('does not outlive the process that started it through a pipe', async () => {
    const { child, exited } = await ready('pipe');
    child.stdin?.end();
    expect(await exited).toBe(0);
  });

  it('says in one line why it cannot start', async () => {
    await ready();
    const second = run(['--listen', `unix:${socket}`, '--xds', plane.address, '--admin', '127.0.0.1:0']);
    expect(await second.exited).toBe(1);
    expect(second.output()).toContain('in use by a running process');
  });

  it('says what is wrong with its flags, and shows help', async () => {
    const wrong = run(['--listen', 'nowhere']);
    expect(await wrong.exited).toBe(2);
    expect(wrong.output()).toBe('--listen: "nowhere" is neither unix:/path nor host:port\nSee --help.\n');
    const help = run(['--help']);
    expect(await help.exited).toBe(0);
    expect(help.output()).toContain('Examples:');
  });

  it('writes no secret into its log', async () => {
    const { child, exited, output } = await ready();
    const envoy = scriptedEnvoy({ path: socket });
    await ask(envoy, { model: 'small' });
    await ask(envoy, { model: 'small', messages: 'a prompt' }, { authorization: 'Bearer sk-not-known' });
    envoy.close();
    child.kill('SIGTERM');
    await exited;
    expect(output()).not.toMatch(/sk-|a prompt/);
  });
});

async function isListening(path: string): Promise<boolean> {
  const envoy = scriptedEnvoy({ path });
  const status = await envoy.request().end();
  envoy.close();
  return status !== 'reset';
}
