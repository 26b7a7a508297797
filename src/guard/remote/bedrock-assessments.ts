import { list, type Members, member, members, word } from './answer.ts';
import type { Reason } from './service.ts';

export interface Masked extends Reason {
  /** What stands in the text; never leaves this folder. */
  readonly match: string;
}

export interface Assessed {
  readonly blocked: readonly Reason[];
  readonly masked: readonly Masked[];
}

/** Where findings stand, and which of their members names the kind; undefined: the prefix says it all. */
const places: readonly (readonly [policy: string, list: string, prefix: string, name: string | undefined])[] = [
  ['topicPolicy', 'topics', 'topic', 'name'],
  ['contentPolicy', 'filters', 'content', 'type'],
  ['wordPolicy', 'customWords', 'word', undefined],
  ['wordPolicy', 'managedWordLists', 'word', 'type'],
  ['sensitiveInformationPolicy', 'piiEntities', 'pii', 'type'],
  ['sensitiveInformationPolicy', 'regexes', 'regex', 'name'],
  ['contextualGroundingPolicy', 'filters', 'grounding', 'type'],
];

const confidences: Readonly<Record<string, number>> = { NONE: 0, LOW: 0.3, MEDIUM: 0.6, HIGH: 1 };

/** Undefined if it is none that is known, or an action is not known: what it says is not known either. */
export function readAssessments(value: unknown): Assessed | undefined {
  const assessments = list(value);
  if (assessments === undefined) return undefined;
  const blocked: Reason[] = [];
  const masked: Masked[] = [];
  for (const each of assessments) {
    const assessment = members(each);
    if (assessment === undefined) return undefined;
    for (const [policyName, listName, prefix, name] of places) {
      const policy = member(assessment, policyName) ?? {};
      const findings = list(member(members(policy) ?? { [listName]: false }, listName) ?? []);
      if (findings === undefined) return undefined;
      for (const each of findings) {
        const finding = members(each);
        if (finding === undefined) return undefined;
        const reason = reasonOf(finding, prefix, name);
        switch (member(finding, 'action')) {
          case 'NONE':
            break;
          case 'BLOCKED':
            blocked.push(reason);
            break;
          case 'ANONYMIZED': {
            const match = member(finding, 'match');
            masked.push({ ...reason, match: typeof match === 'string' ? match : '' });
            break;
          }
          default:
            return undefined;
        }
      }
    }
  }
  return { blocked: once(blocked), masked };
}

function reasonOf(finding: Members, prefix: string, name: string | undefined): Reason {
  const confidence = member(finding, 'confidence');
  return {
    entity: name === undefined ? prefix : `${prefix}:${word(member(finding, name), 'other')}`,
    score: typeof confidence === 'string' ? (confidences[confidence] ?? 1) : 1,
  };
}

function once(reasons: readonly Reason[]): readonly Reason[] {
  return [...new Map(reasons.map((reason) => [reason.entity, reason])).values()];
}
