import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { kubeError } from '../../kube/error.ts';
import { createLogger } from '../../lib/log.ts';
import { tellTrouble } from './trouble.ts';

const initializing = { ...kubeError(429, 'TooManyRequests', 'storage is (re)initializing'), retryAfterMs: 1_000 };

function teller() {
  const lines: Record<string, unknown>[] = [];
  const log = createLogger({
    name: 'test',
    level: 'info',
    destination: { write: (line) => lines.push(JSON.parse(line)) },
  });
  let time = 0;
  const tell = tellTrouble(log, () => time);
  return { tell, said: () => lines.splice(0), pass: (ms: number) => (time += ms) };
}

describe('tellTrouble()', () => {
  it('is one warning while nobody can answer, whatever the reason and however many ask', () => {
    const { tell, said, pass } = teller();
    for (const error of [kubeError(0, 'Unreachable', 'ECONNREFUSED'), initializing, initializing]) tell(error);
    const [line, ...more] = said();
    expect(line).toMatchObject({ level: 'warn', reason: 'Unreachable: ECONNREFUSED' });
    expect([JSON.stringify(line).includes('stack'), more]).toEqual([false, []]);
    pass(60_000);
    tell(initializing);
    expect(said()).toMatchObject([{ reason: 'TooManyRequests (429): storage is (re)initializing' }]);
  });

  it('is an error for each sort of refusal', () => {
    const { tell, said } = teller();
    for (const code of [403, 500, 403]) tell(kubeError(code, `Because${code}`, 'no'));
    expect(said().map(({ level, reason }) => [level, reason])).toEqual([
      ['error', 'Because403 (403): no'],
      ['error', 'Because500 (500): no'],
    ]);
  });

  it('is nothing where all goes on by itself', () => {
    const { tell, said } = teller();
    tell(kubeError(410, 'Expired', 'too old'));
    tell(kubeError(0, 'Closed', 'closed'));
    expect(said()).toEqual([]);
  });

  it('goes on to say it though somebody sets the clock back', () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const lines: string[] = [];
    const tell = tellTrouble(
      createLogger({ name: 'test', level: 'info', destination: { write: (line) => lines.push(line) } }),
    );
    tell(initializing);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(59_999);
    tell(initializing);
    expect(lines).toHaveLength(1);
    vi.advanceTimersByTime(1);
    tell(initializing);
    expect(lines).toHaveLength(2);
  });
});
