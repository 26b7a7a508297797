import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const module = (name: string): string => JSON.stringify(new URL(name, import.meta.url).href);

function run(crashing: string) {
  const program = `import { endOnCrash } from ${module('./crash.ts')};
    import { createLogger } from ${module('./log.ts')};
    endOnCrash(createLogger({ name: 'child' }), 'it cannot go on');
    setInterval(() => {}, 1000);
    const error = Object.assign(new Error('Bearer planted-in-the-text'), { command: { args: ['planted-in-a-field'] } });
    ${crashing}`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    env: { ...process.env, SLUICE_LOG_LEVEL: 'info', SLUICE_LOG_FORMAT: 'json' },
  });
}

describe('endOnCrash()', () => {
  it.each([
    ['an exception', 'setTimeout(() => { throw error; });'],
    ['a rejection', 'void Promise.reject(error);'],
  ])('ends the process on %s that nobody caught, and writes down what is safe of it', (_, crashing) => {
    const { status, stdout, stderr } = run(crashing);
    expect([status, stdout]).toEqual([1, '']);
    const line = JSON.parse(stderr);
    expect(line).toMatchObject({ level: 'fatal', msg: 'it cannot go on', error: { message: 'Bearer [masked]' } });
    expect(line.error.stack).toContain('at ');
    expect(stderr).not.toContain('planted');
  });
});
