import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { startPractice } from '../../src/practice/start.ts';
import { version } from '../../src/version.ts';
import { readCommandLine } from './command-line.ts';

const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(...args: string[]): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, ['cmd/practice/main.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes: Buffer) => (text += bytes.toString()));
  return Object.assign(child, { said: () => text });
}

describe('The practice binary', () => {
  it('says where it answers, answers there, and ends on SIGTERM', async () => {
    const child = start('--port', '0');
    await once(child.stdout as NonNullable<ChildProcess['stdout']>, 'data');
    const url = /at (http:\S+);/.exec(child.said())?.[1] ?? '';
    expect(await (await fetch(`${url}/practice`)).text()).toContain('fail-429');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('says in one sentence that the port is taken', async () => {
    const other = await startPractice();
    const child = start('--port', String(other.port));
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(child.said()).toBe(
      `The practice provider cannot listen on 127.0.0.1, port ${other.port}: another program uses it. ` +
        'Stop that one, or choose another port.\n',
    );
    await other.close();
  });

  it('takes its usual port and address when nothing is said, and refuses what is no port', () => {
    expect(readCommandLine([])).toEqual({ kind: 'start', port: 10090, host: '127.0.0.1' });
    expect(readCommandLine(['--port', '8', '--host', '::1'])).toEqual({ kind: 'start', port: 8, host: '::1' });
    expect(readCommandLine(['--help'])).toMatchObject({ kind: 'answer', exitCode: 0 });
    expect(readCommandLine(['--version'])).toEqual({ kind: 'answer', exitCode: 0, text: `${version}\n` });
    expect(readCommandLine(['--port', '1e3'])).toMatchObject({ exitCode: 2, text: expect.stringContaining('no port') });
    expect(readCommandLine(['--prot', '8'])).toMatchObject({ exitCode: 2, text: expect.stringContaining('--port') });
  });
});
