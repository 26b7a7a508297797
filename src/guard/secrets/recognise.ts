import type { Finding } from '../detector.ts';
import { comparable } from './allowed.ts';
import { isAssignedKey, isAssignedPassword, looksMixed } from './checks/assigned.ts';
import { assignmentOf, isAssignment } from './checks/assignment.ts';
import { endsInChecksum } from './checks/checksum.ts';
import { isMixedEnough } from './checks/entropy.ts';
import { isGivenPassword } from './checks/given.ts';
import { isPasswordHash } from './checks/password-hash.ts';
import { privateKeyEnd } from './checks/pem.ts';
import { isPlaceholder, isStopWord } from './checks/placeholder.ts';
import { hasJwtHeader, isBasicCredentials } from './checks/token.ts';
import { type Attempt, codeAt, matchPattern } from './pattern/match.ts';
import type { Rule } from './rule.ts';

/** How far before a finding the words of its context may stand. */
export const contextReach = 64;

const contextBonus = 0.35;
const uncheckedScore = 0.6;

/**
 * Tries a rule at a position. `attempt` then tells whether the end of the text was seen, and where the secret starts if
 * that is known. Everything that is looked at is the match itself, one character behind it, and a bounded part before.
 */
export function recognise(rule: Rule, attempt: Attempt, start: number): Finding | undefined {
  attempt.sawEnd = false;
  attempt.secretStart = -1;
  attempt.secretEnd = -1;
  if (!rule.startsAnywhere && continuesWord(attempt.text, start)) return undefined;
  // A pattern without a mark is a secret from its start; one with a mark says so when it gets there.
  if (rule.maxOffset === 0) attempt.secretStart = start;
  let end = matchPattern(rule.pattern, attempt, start, rule.ignoreCase);
  if (end < 0) return undefined;
  if (rule.check === 'pem-body') end = privateKeyEnd(attempt, start, end);
  else if (rule.check !== 'jwt-header') {
    const next = codeAt(attempt, end);
    if (next >= 0 && rule.after[next] === 1) return undefined;
  }
  if (end < 0) return undefined;
  return confirm(rule, attempt.text, start, attempt.secretStart, attempt.secretEnd < 0 ? end : attempt.secretEnd);
}

/** Behind an escape such as `\n` a new word begins, although its letter touches it. */
export function continuesWord(text: string, start: number): boolean {
  if (start === 0 || !isWord(text.charCodeAt(start - 1))) return false;
  const previous = text.charCodeAt(start - 1);
  const isLetterOfEscape =
    (previous === 110 || previous === 114 || previous === 116) && text.charCodeAt(start - 2) === 92;
  return !isLetterOfEscape;
}

function isWord(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95;
}

function confirm(rule: Rule, text: string, matchStart: number, start: number, matchEnd: number): Finding | undefined {
  const isAssigned = rule.check === 'assigned-key' || rule.check === 'assigned-password';
  const end = isAssigned ? trimmedEnd(text, start, matchEnd) : matchEnd;
  if (rule.check !== 'deny-list') {
    if (rule.entropy > 0 && !isMixedEnough(text, start, end, rule.entropy)) return undefined;
    if (rule.check !== 'pem-body' && isStandIn(text.slice(start, end))) return undefined;
  }
  const secret = rule.allow.size > 0 || rule.check !== undefined ? text.slice(start, end) : '';
  if (rule.allow.size > 0 && rule.allow.has(comparable(secret))) return undefined;
  const verdict = judge(rule, text, matchStart, start, end, secret);
  if (verdict === undefined) return undefined;
  const bonus = hasContext(rule, text, start) ? contextBonus : 0;
  const score = Math.min(1, verdict.score + bonus);
  if (score < rule.minScore) return undefined;
  return { start, end, entity: rule.entity, score, validator: verdict.validator };
}

function isStandIn(secret: string): boolean {
  return isPlaceholder(secret) || isStopWord(secret);
}

interface Verdict {
  readonly score: number;
  readonly validator: string | undefined;
}

function judge(
  rule: Rule,
  text: string,
  from: number,
  start: number,
  end: number,
  secret: string,
): Verdict | undefined {
  const { score } = rule;
  switch (rule.check) {
    case undefined:
      return { score, validator: rule.entropy > 0 ? 'entropy' : undefined };
    case 'deny-list':
      return { score, validator: 'deny-list' };
    // A wrong checksum lowers the score and no more: an issuer may change how it computes it.
    case 'github-checksum':
    case 'npm-checksum':
      return checksum(secret, secret.indexOf('_') + 1);
    case 'sluice-checksum':
      return checksum(secret, 0);
    case 'mixed':
      return looksMixed(secret) ? { score, validator: 'entropy' } : undefined;
    case 'jwt-header':
      return hasJwtHeader(secret) ? { score: 1, validator: 'jwt-header' } : undefined;
    case 'pem-body':
      return { score: 1, validator: 'pem' };
    case 'basic-credentials':
      return isBasicCredentials(secret) ? { score, validator: 'base64' } : undefined;
    case 'given-password':
      return isGivenPassword(secret, text.slice(from, start)) ? { score, validator: undefined } : undefined;
    case 'assigned-key':
    case 'assigned-password':
      return judgeAssigned(rule, text, from, start, end, secret);
  }
}

function checksum(secret: string, from: number): Verdict {
  return endsInChecksum(secret, from)
    ? { score: 1, validator: 'crc32' }
    : { score: uncheckedScore, validator: 'entropy' };
}

function judgeAssigned(
  rule: Rule,
  text: string,
  from: number,
  start: number,
  end: number,
  secret: string,
): Verdict | undefined {
  const assignment = assignmentOf(text, from, start, end);
  if (!isAssignment(assignment) || isPasswordHash(secret, assignment.name)) return undefined;
  const isSecret =
    rule.check === 'assigned-key' ? isAssignedKey(secret, assignment) : isAssignedPassword(secret, assignment);
  return isSecret ? { score: rule.score, validator: 'entropy' } : undefined;
}

/** The stop at the end of a sentence is not part of the password in front of it; before a quotation mark there is none. */
function trimmedEnd(text: string, start: number, end: number): number {
  if (end < text.length && '"\'`'.includes(text.charAt(end))) return end;
  let last = end;
  while (last > start && '.?!*'.includes(text.charAt(last - 1))) last -= 1;
  return last;
}

function hasContext(rule: Rule, text: string, start: number): boolean {
  if (rule.contextWords.length === 0) return false;
  const before = text.slice(Math.max(0, start - contextReach), start).toLowerCase();
  return rule.contextWords.some((word) => before.includes(word));
}
