import { describe, expect, it } from 'vitest';
import { readAssessments } from './bedrock-assessments.ts';

const blocked = (policy: string, list: string, finding: object) =>
  readAssessments([{ [policy]: { [list]: [{ action: 'BLOCKED', ...finding }] } }])?.blocked;

describe('readAssessments()', () => {
  it.each([
    ['topicPolicy', 'topics', { name: 'Secret plans', type: 'DENY' }, 'topic:Secret plans'],
    ['contentPolicy', 'filters', { type: 'HATE' }, 'content:HATE'],
    ['wordPolicy', 'customWords', { match: 'a word of the text' }, 'word'],
    ['wordPolicy', 'managedWordLists', { match: 'a word of the text', type: 'PROFANITY' }, 'word:PROFANITY'],
    ['sensitiveInformationPolicy', 'piiEntities', { match: 'Ann', type: 'NAME' }, 'pii:NAME'],
    ['sensitiveInformationPolicy', 'regexes', { match: 'X-1', name: 'case number', regex: 'X' }, 'regex:case number'],
    ['contextualGroundingPolicy', 'filters', { type: 'GROUNDING', score: 0.2 }, 'grounding:GROUNDING'],
  ])('calls a finding of %s, %s by its kind, never by what was found', (policy, list, finding, entity) => {
    expect(blocked(policy, list, finding)).toEqual([{ entity, score: 1 }]);
  });

  it.each([
    ['NONE', 0],
    ['LOW', 0.3],
    ['MEDIUM', 0.6],
    ['HIGH', 1],
    ['UNHEARD OF', 1],
  ])('takes a confidence of %s for %d', (confidence, score) => {
    expect(blocked('contentPolicy', 'filters', { type: 'HATE', confidence })).toEqual([
      { entity: 'content:HATE', score },
    ]);
  });

  it('leaves out what was seen and let pass', () => {
    const topics = [{ name: 'weather', action: 'NONE' }];
    expect(readAssessments([{ topicPolicy: { topics } }])).toEqual({ blocked: [], masked: [] });
  });
});
