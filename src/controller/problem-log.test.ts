import { expect, it } from 'vitest';
import { createLogger } from '../lib/log.ts';
import type { Problem } from '../policy/problem.ts';
import { createProblemLog } from './problem-log.ts';

const typo: Problem = {
  severity: 'error',
  source: 'policy/models.yaml:3',
  document: 'Model/small',
  path: 'spec.targets[1].priorty',
  message: 'is not a known field',
  remedy: 'write priority',
};
const doubt: Problem = { ...typo, severity: 'warning', path: '', message: 'is used by nobody' };

function started() {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>);
  const tell = createProblemLog(createLogger({ name: 'test', level: 'info', destination: { write } }));
  return { tell, said: () => lines.splice(0) };
}

it('says what is wrong, where, and what to do, once, and when it is mended', () => {
  const { tell, said } = started();
  tell([]);
  expect(said()).toEqual([]);
  tell([typo, doubt]);
  const { document, source, path, remedy } = typo;
  expect(said()).toMatchObject([
    { level: 'error', document, source, path, problem: 'is not a known field', remedy },
    { level: 'warn', document, problem: 'is used by nobody' },
  ]);
  tell([{ ...typo, source: 'policy/models.yaml:7' }]);
  expect(said()).toEqual([]);
  tell([]);
  expect(said()).toMatchObject([{ level: 'info', msg: 'the policy has no problem any more' }]);
  tell([typo]);
  expect(said()).toHaveLength(1);
});

it('keeps to a screenful for one change', () => {
  const { tell, said } = started();
  tell(Array.from({ length: 50 }, (_, index) => ({ ...typo, document: `Model/m${index}` })));
  const lines = said();
  expect(lines).toHaveLength(21);
  expect(lines.at(-1)).toMatchObject({ count: 30 });
});
