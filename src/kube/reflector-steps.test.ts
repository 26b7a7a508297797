import { describe, expect, it } from 'vitest';
import { kubeError } from './error.ts';
import { firstStep, nextStep, type ReflectorInput, type ReflectorStep } from './reflector-steps.ts';

const expired = kubeError(410, 'Expired', 'too old');
const broken = kubeError(0, 'Unreachable', 'ECONNRESET');
const busy = { ...kubeError(429, 'TooManyRequests', 'later'), retryAfterMs: 5_000 };

function played(...inputs: readonly ReflectorInput[]): ReflectorStep {
  return inputs.reduce((step, input) => nextStep(step.state, input), firstStep);
}

const listed: ReflectorInput = { kind: 'page', version: '10' };
const opened: ReflectorInput = { kind: 'opened' };
const rested: ReflectorInput = { kind: 'rested' };
const event = (version: string): ReflectorInput => ({ kind: 'event', version });

describe('nextStep()', () => {
  it('lists all pages, then watches from where the list was made', () => {
    expect(firstStep.action).toEqual({ kind: 'list', isPaged: true });
    const more = played({ kind: 'page', version: '10', next: 'p2' });
    expect(more.action).toEqual({ kind: 'list', isPaged: true, next: 'p2' });
    expect(nextStep(more.state, listed).action).toEqual({ kind: 'watch', version: '10' });
  });

  it('lists in one piece when the pages were forgotten between two of them', () => {
    const step = played({ kind: 'page', version: '10', next: 'p2' }, { kind: 'failed', error: expired });
    expect(step.action).toEqual({ kind: 'list', isPaged: false });
  });

  it('lists again after a rest, longer with every failure', () => {
    const once = played({ kind: 'failed', error: broken });
    expect(once.action).toEqual({ kind: 'rest', failures: { count: 1, isOutage: true }, atLeastMs: 0 });
    expect(played({ kind: 'failed', error: broken }, rested).action.kind).toBe('list');
    const twice = played({ kind: 'failed', error: broken }, rested, { kind: 'failed', error: broken });
    expect(twice.action).toMatchObject({ failures: { count: 2, isOutage: true } });
    // The API server is there again, and asks for time: no reason to wait as long as for one that is not.
    const answered = nextStep(nextStep(twice.state, rested).state, { kind: 'failed', error: busy });
    expect(answered.action).toEqual({ kind: 'rest', failures: { count: 1, isOutage: false }, atLeastMs: 5_000 });
  });

  it('watches on from the last event or bookmark when the server ends a watch or a connection breaks', () => {
    for (const error of [undefined, broken]) {
      const end: ReflectorInput = { kind: 'ended', livedMs: 5_000, ...(error && { error }) };
      expect(played(listed, opened, event('12'), end).action).toEqual({ kind: 'watch', version: '12' });
    }
  });

  it('never watches from no version, which would hide deletions', () => {
    const step = played(listed, opened, event(''), { kind: 'ended', livedMs: 5_000 });
    expect(step.action).toEqual({ kind: 'watch', version: '10' });
  });

  it('rests before it watches again when a watch does not open, or ends at once', () => {
    const refused = played(listed, { kind: 'ended', livedMs: 0, error: broken });
    expect(refused.action).toEqual({ kind: 'rest', failures: { count: 1, isOutage: true }, atLeastMs: 0 });
    expect(nextStep(refused.state, rested).action).toEqual({ kind: 'watch', version: '10' });
    expect(played(listed, opened, { kind: 'ended', livedMs: 3 }).action.kind).toBe('rest');
  });

  it('lists again when its version is forgotten, and does not hurry if that happens again', () => {
    const outage: readonly ReflectorInput[] = [{ kind: 'ended', livedMs: 0, error: broken }, rested];
    const forgotten: ReflectorInput = { kind: 'ended', livedMs: 3, error: expired };
    const once = played(listed, ...outage, ...outage, opened, forgotten);
    expect(once.action).toEqual({ kind: 'list', isPaged: true });
    const twice = nextStep(nextStep(once.state, listed).state, forgotten);
    expect(twice.action).toEqual({ kind: 'rest', failures: { count: 1, isOutage: false }, atLeastMs: 0 });
    expect(nextStep(twice.state, rested).action.kind).toBe('list');
  });

  it.each([
    ['ends at once', { kind: 'ended', livedMs: 3 }, false],
    ['is cut off at once', { kind: 'ended', livedMs: 3, error: broken }, true],
    ['is refused', { kind: 'ended', livedMs: 0, error: busy }, false],
  ] as const)(
    'waits longer each time for a watch that %s, again and again, until it hears something',
    (_, end, isOutage) => {
      let step = played(listed);
      const counts = [1, 2, 3, 4].map(() => {
        step = [opened, end].reduce<ReflectorStep>((before, input) => nextStep(before.state, input), step);
        const { action } = step;
        step = nextStep(step.state, rested);
        expect(step.action).toEqual({ kind: 'watch', version: '10' });
        return action;
      });
      const atLeastMs = 'error' in end && end.error === busy ? 5_000 : 0;
      expect(counts).toEqual([1, 2, 3, 4].map((count) => ({ kind: 'rest', failures: { count, isOutage }, atLeastMs })));
      const heard = [opened, event('11'), end].reduce<ReflectorStep>(
        (before, input) => nextStep(before.state, input),
        step,
      );
      expect(heard.action).toMatchObject({ kind: 'rest', failures: { count: 1 } });
      expect(nextStep(heard.state, rested).action).toEqual({ kind: 'watch', version: '11' });
    },
  );

  it('waits longer each time where a list of this moment is forgotten at once, again and again', () => {
    const forgotten: ReflectorInput = { kind: 'ended', livedMs: 0, error: expired };
    let step = firstStep;
    for (const count of [1, 2, 3]) {
      step = [listed, forgotten].reduce<ReflectorStep>((before, input) => nextStep(before.state, input), step);
      expect(step.action).toMatchObject({ kind: 'rest', failures: { count } });
      step = nextStep(step.state, rested);
      expect(step.action).toEqual({ kind: 'list', isPaged: true });
    }
  });

  it('watches on after a silent watch, and lists after two of them', () => {
    const silent: ReflectorInput = {
      kind: 'ended',
      livedMs: 150_000,
      error: kubeError(0, 'Timeout', 'nothing was heard'),
    };
    const once = played(listed, opened, silent);
    expect(once.action).toEqual({ kind: 'watch', version: '10' });
    const heard = [opened, event('11'), silent].reduce((step, input) => nextStep(step.state, input), once);
    expect(heard.action).toEqual({ kind: 'watch', version: '11' });
    const twice = [opened, silent].reduce((step, input) => nextStep(step.state, input), once);
    expect(twice.action).toEqual({ kind: 'list', isPaged: true });
  });

  it('hurries after a watch of a second, and not after a shorter one', () => {
    const end = (livedMs: number): ReflectorInput => ({ kind: 'ended', livedMs, error: broken });
    expect(played(listed, opened, end(1_000)).action.kind).toBe('watch');
    expect(played(listed, opened, end(999)).action.kind).toBe('rest');
  });

  it.each([
    ['has heard something', [event('11')]],
    ['was silent before', [{ kind: 'ended', livedMs: 9_000, error: kubeError(0, 'Timeout', 'silence') }]],
    ['has ended well before', [{ kind: 'ended', livedMs: 9_000 }]],
    ['was refused before', [{ kind: 'ended', livedMs: 0, error: busy }, rested]],
  ] as const)('lists at once when a version is forgotten by whose watch it %s', (_, inputs) => {
    const step = played(listed, opened, ...inputs, { kind: 'ended', livedMs: 0, error: expired });
    expect(step.action).toEqual({ kind: 'list', isPaged: true });
  });

  it('rests when nobody opens a watch in time, again and again', () => {
    const late: ReflectorInput = { kind: 'ended', livedMs: 0, error: kubeError(0, 'Timeout', 'no answer') };
    const once = played(listed, late);
    expect(once.action).toMatchObject({ kind: 'rest', failures: { count: 1, isOutage: true } });
    const twice = nextStep(nextStep(once.state, rested).state, late);
    expect(twice.action).toMatchObject({ kind: 'rest', failures: { count: 2 } });
    expect(nextStep(twice.state, rested).action).toEqual({ kind: 'watch', version: '10' });
  });

  it('lists in one piece only where pages were forgotten', () => {
    const page: ReflectorInput = { kind: 'page', version: '10', next: 'p2' };
    expect(played(page, { kind: 'failed', error: busy }).action).toMatchObject({ kind: 'rest', atLeastMs: 5_000 });
    expect(played({ kind: 'failed', error: expired }).action.kind).toBe('rest');
    // Forgotten in one piece as well: from now on with pauses.
    const again = played(page, { kind: 'failed', error: expired }, page, { kind: 'failed', error: expired });
    expect(again.action.kind).toBe('rest');
  });

  it('forgets failures once events arrive', () => {
    const refused = played(listed, { kind: 'ended', livedMs: 0, error: broken }, rested, opened, event('11'));
    expect(nextStep(refused.state, { kind: 'ended', livedMs: 3 }).action).toMatchObject({ failures: { count: 1 } });
  });

  it('ignores what belongs to another phase', () => {
    expect(played(listed, listed).action).toEqual({ kind: 'none' });
    expect(played(opened).state).toBe(firstStep.state);
    expect(played({ kind: 'ended', livedMs: 5_000 }).state).toBe(firstStep.state);
    expect(played(rested).state).toBe(firstStep.state);
    expect(played(event('5')).state).toBe(firstStep.state);
    const watching = played(listed);
    expect(nextStep(watching.state, { kind: 'failed', error: broken }).state).toBe(watching.state);
  });
});
