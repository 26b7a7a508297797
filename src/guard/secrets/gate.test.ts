import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../lib/testing/random.ts';
import { secretKinds } from './entities.ts';
import { createGate } from './gate.ts';
import { newAttempt } from './pattern/match.ts';
import { recognise } from './recognise.ts';
import { rulesOf } from './rule.ts';

const options = { minScore: undefined, allow: [], deny: ['Größe 4711', 'falcon'], contextWords: [] };
const rules = secretKinds.flatMap((kind) => rulesOf(kind, options, 0));
const gate = createGate(rules);

describe('the rules that are tried at a place', () => {
  it('are all of those that find something there or would with more text', () => {
    const random = seededRandom(41).below;
    const begins = rules.flatMap(({ pattern }) => pattern.flatMap((node) => (node.kind === 'text' ? [node.text] : [])));
    const pieces = [...begins, 'GRÖSSE', 'Falcon', 'é', '\u212a', 'a', 'Z', '0', '7', '_', '-', ' ', '=', '"', ':'];
    let tried = 0;
    for (let round = 0; round < 400; round++) {
      let text = '';
      for (let count = random(4); count >= 0; count--) text += pieces[random(pieces.length)] ?? '';
      const attempt = newAttempt(text);
      const at = random(text.length);
      const chosen = new Set(gate.rulesAt(text, at));
      for (const rule of rules) {
        if (rule.lead !== undefined) continue;
        const isConcerned = recognise(rule, attempt, at) !== undefined || attempt.sawEnd;
        if (!isConcerned) continue;
        tried++;
        expect(chosen.has(rule), `${rule.entity} at ${at} of ${JSON.stringify(text)}`).toBe(true);
      }
    }
    expect(tried).toBeGreaterThan(1_000);
  });

  it('are few', () => {
    const text = 'The team met on Tuesday and moved the review to the next version';
    const counts = Array.from(text, (_, at) => gate.rulesAt(text, at).length);
    expect(Math.max(...counts)).toBeLessThan(rules.length / 10);
  });

  it('are none behind the end of a text', () => {
    expect(gate.rulesAt('AKIA', 4)).toEqual([]);
  });

  it('begin with their fixed text where something else stands before it', () => {
    expect(gate.ledRulesAt('x NRAL', 2).map(({ entity }) => entity)).toEqual(
      rules.filter(({ lead }) => lead?.anchor === 'nral').map(({ entity }) => entity),
    );
    expect(gate.ledRulesAt('x nr', 2)).toHaveLength(1);
    expect(gate.ledRulesAt('x nrx', 2)).toHaveLength(0);
  });
});
