import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { createLogger, type LogLevel, levelFromEnvironment, logFormat } from './log.ts';
import { masked } from './redact.ts';

function collect(level: LogLevel = 'trace') {
  const lines: string[] = [];
  const logger = createLogger({ name: 'test', level, destination: { write: (line) => lines.push(line) } });
  return { logger, lines, parsed: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('createLogger()', () => {
  it('writes one JSON object per line with level, time, name and message', () => {
    const { logger, lines, parsed } = collect();
    logger.info({ model: 'small', attempts: 2 }, 'answered');
    expect(lines[0]?.endsWith('}\n')).toBe(true);
    expect(parsed()[0]).toMatchObject({ level: 'info', name: 'test', model: 'small', attempts: 2, msg: 'answered' });
    expect(String(parsed()[0]?.time)).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('takes a message alone', () => {
    const { logger, parsed } = collect();
    logger.warn('stopping');
    expect(parsed()[0]).toMatchObject({ level: 'warn', msg: 'stopping' });
  });

  it('keeps secrets out of messages, fields, errors and children', () => {
    const { logger, lines } = collect();
    logger.child({ apiKey: 'plain-secret-1' }).info({ authorization: 'plain-secret-2' }, 'with sk-plainsecret3');
    logger.error({ error: new Error('provider said: bad key sk-plainsecret4') }, 'failed');
    logger.info({ list: ['Bearer plainsecret5'] }, '');
    expect(lines.join('')).not.toMatch(/plain-?secret/);
    expect(lines.join('').split(masked).length).toBeGreaterThanOrEqual(6);
  });

  it('writes nothing below its level, and says so', () => {
    const { logger, lines } = collect('warn');
    logger.info('quiet');
    expect(lines).toEqual([]);
    expect(logger.isEnabled('info')).toBe(false);
    expect(logger.isEnabled('error')).toBe(true);
    expect(logger.child({}).isEnabled('debug')).toBe(false);
  });

  it('goes to standard error as JSON when that is a pipe, and loses nothing when the process exits', () => {
    const program = `import { createLogger } from ${JSON.stringify(new URL('./log.ts', import.meta.url).href)};
      const logger = createLogger({ name: 'child' });
      for (let n = 0; n < 100; n++) logger.info({ n }, 'line');
      logger.debug('not at this level');
      process.exit(3);`;
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      encoding: 'utf8',
      env: { ...process.env, SLUICE_LOG_LEVEL: 'info' },
    });
    expect(run.status).toBe(3);
    expect(run.stdout).toBe('');
    const numbers = run.stderr
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { n: number }).n)
      .sort((one, other) => one - other);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, n) => n));
  });
});

describe('logFormat()', () => {
  it('is what the environment says, whatever standard error is', () => {
    expect(logFormat({ SLUICE_LOG_FORMAT: 'text' })).toBe('text');
    expect(logFormat({ SLUICE_LOG_FORMAT: 'json' })).toBe('json');
  });
});

describe('levelFromEnvironment()', () => {
  it.each([
    ['debug', 'debug'],
    [' WARN ', 'warn'],
    ['loud', 'info'],
    ['', 'info'],
    [undefined, 'info'],
  ])('reads %j as %s', (text, level) => {
    expect(levelFromEnvironment(text)).toBe(level);
  });
});
