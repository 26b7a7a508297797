import { describe, expect, it } from 'vitest';
import { AttemptTrail } from './attempt-trail.ts';

type Statuses = readonly number[];

/** Attempts that left one after the other, a second apart: what Envoy had collected when each of them did. */
function attemptsWith(answers: readonly Statuses[], patienceMs = 0): AttemptTrail {
  const trail = new AttemptTrail(0, patienceMs);
  for (const [index, statuses] of answers.entries()) trail.leaves(index + 2, statuses, (index + 1) * 1_000);
  return trail;
}

const outcomes = (trail: AttemptTrail) =>
  Array.from({ length: trail.latest - 1 }, (_, index) => trail.outcomeOf(index + 1));

const status = (code: number) => ({ status: code });
const failure = (reason: string) => ({ failure: reason });

describe('the trail of the attempts of a request', () => {
  it.each<[string, readonly Statuses[], readonly object[]]>([
    ['one answer', [[429]], [status(429)]],
    ['an answer each', [[429], [429, 503], [429, 503, 529]], [status(429), status(503), status(529)]],
    ['no answer at all', [[], []], [failure('no answer'), failure('no answer')]],
    ['none behind an answer', [[429], [429]], [status(429), failure('no answer')]],
    ['an answer behind none', [[], [503]], [failure('no answer'), status(503)]],
    ['the same status twice', [[500], [500, 500]], [status(500), status(500)]],
  ])('tells them apart: %s', (_, answers, expected) => {
    expect(outcomes(attemptsWith(answers))).toEqual(expected);
  });

  it('says nothing of the last one that it has heard of', () => {
    const trail = new AttemptTrail(0, 0);
    expect([trail.latest, trail.outcomeOf(1)]).toEqual([1, {}]);
    trail.leaves(2, [429], 1);
    expect([trail.latest, trail.outcomeOf(1), trail.outcomeOf(2)]).toEqual([2, status(429), {}]);
  });

  it('knows of no answer where nobody collects them', () => {
    const trail = new AttemptTrail(0, 500);
    trail.leaves(2, undefined, 1_000);
    trail.ends(2, undefined);
    expect(trail.outcomeOf(1)).toEqual({});
  });

  it('knows that an attempt had no answer that it has never heard of', () => {
    const middle = new AttemptTrail(0, 500);
    middle.leaves(3, [429], 1_000);
    expect(outcomes(middle)).toEqual([status(429), failure('no answer')]);
    const last = new AttemptTrail(0, 500);
    last.ends(2, []);
    expect(last.outcomeOf(1)).toEqual(failure('no answer'));
    const late = new AttemptTrail(0, 500);
    late.leaves(3, [], 500);
    expect(outcomes(late)).toEqual([failure('timed out'), failure('no answer')]);
  });

  it('does not mind in which order it hears', () => {
    const trail = new AttemptTrail(0, 0);
    trail.leaves(3, [429], 2);
    trail.leaves(2, [429], 1);
    expect(outcomes(trail)).toEqual([status(429), failure('no answer')]);
  });

  it('takes for a time-out what took as long as an attempt may, and has no answer', () => {
    expect(outcomes(attemptsWith([[], [503]], 1_000))).toEqual([failure('timed out'), status(503)]);
    expect(outcomes(attemptsWith([[], []], 1_100))).toEqual([failure('no answer'), failure('no answer')]);
  });

  it('knows of failures behind a 200, which Envoy does not collect', () => {
    const trail = attemptsWith([[429], [429], [429, 500]]);
    trail.hides(2, { reason: 'error', errorBody: undefined });
    expect(outcomes(trail)).toEqual([status(429), { status: 200, failure: 'error behind 200' }, status(500)]);
  });
});
