import { parse } from 'tldts-icann';
import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { isDigit, isForeignLetter, isLetterOrDigit, isWord } from '../characters.ts';
import type { Matcher } from '../match.ts';
import { topLevelDomains } from '../validators/top-level-domains.ts';
import { behindDot, behindSign, longestSign } from './email-signs.ts';

/** RFC 5321, 4.5.3.1. */
export const longestLocal = 64;
const longestDomain = 253;
const at = 64;
const dot = 46;
const hyphen = 45;
const mostEndings = 3;
const mostLabels = 6;

export const emailMatcher: Matcher = {
  entity: 'EMAIL_ADDRESS',
  trigger: 'at-sign',
  reach: longestLocal + longestSign + longestDomain + 2,
  begins: (code) => isLetterOrDigit(code) || code === 95,
  beginsForeign: true,
  match: (attempt, start) => {
    if (!isLocalStart(attempt, start)) return undefined;
    let place = start;
    while (place - start <= longestLocal && isLocal(codeAt(attempt, place))) place += 1;
    if (place - start > longestLocal) return undefined;
    if (!isFirst(attempt.text.charCodeAt(place - 1)) && attempt.text.charCodeAt(place - 1) !== hyphen) return undefined;
    const isSpelled = codeAt(attempt, place) !== at;
    // What stands behind an at sign is a domain: nothing is held back for another sign behind it.
    if (isSpelled && codeBefore(attempt, start) === at) return undefined;
    const behind = isSpelled ? behindSign(attempt, place) : place + 1;
    if (behind < 0) return undefined;
    const domain = (isSpelled ? undefined : domainAt(attempt, behind)) ?? spelledDomainAt(attempt, behind, isSpelled);
    if (domain === undefined || (!isSpelled && isNoMailbox(attempt, start, place, domain.end))) return undefined;
    const { end, isPublic } = domain;
    return { end, score: isPublic ? 1 : 0.5, validator: isPublic ? 'public-suffix' : undefined, needsContext: false };
  },
};

/** Letters, digits and underscore: what an address begins with. */
function isFirst(code: number): boolean {
  return isWord(code) || isForeignLetter(code);
}

function isInner(code: number): boolean {
  // . % + -
  return code === dot || code === 37 || code === 43 || code === hyphen;
}

function isLocal(code: number): boolean {
  return isFirst(code) || isInner(code);
}

/** No address goes on to the left. */
function isLocalStart(attempt: Attempt, start: number): boolean {
  if (!isFirst(attempt.text.charCodeAt(start))) return false;
  const first = Math.max(0, start - longestLocal);
  let place = start;
  while (place > first && isInner(codeBefore(attempt, place))) place -= 1;
  const previous = codeBefore(attempt, place);
  if (!isFirst(previous)) return true;
  // Behind `\n` in a text within a text.
  return place === start && isLetterOfEscape(previous) && codeBefore(attempt, place - 1) === 92;
}

function isLetterOfEscape(code: number): boolean {
  return code === 110 || code === 114 || code === 116;
}

interface Domain {
  /** Excluded. */
  readonly end: number;
  readonly isPublic: boolean;
}

/** The longest domain that begins here and that somebody can have registered, or can use at home. */
function domainAt(attempt: Attempt, start: number): Domain | undefined {
  let end = start;
  let asciiEnd = -1;
  while (end - start <= longestDomain && isDomain(codeAt(attempt, end))) {
    if (asciiEnd < 0 && attempt.text.charCodeAt(end) > 127) asciiEnd = end;
    end += 1;
  }
  if (end - start > longestDomain) return undefined;
  let rest = attempt.text.slice(start, trimmedEnd(attempt.text, start, end));
  for (let count = 0; count < mostEndings && rest !== ''; count += 1) {
    const kind = kindOf(rest);
    if (kind !== undefined) return { end: start + rest.length, isPublic: kind === 'public' };
    // A sentence went on without a blank: `ann@corp.com.Then`.
    const last = rest.lastIndexOf('.');
    rest = last < 0 ? '' : rest.slice(0, trimmedEnd(rest, 0, last));
  }
  if (asciiEnd < 0) return undefined;
  // Scripts without blanks go on right behind the address.
  const trimmed = trimmedEnd(attempt.text, start, asciiEnd);
  const kind = kindOf(attempt.text.slice(start, trimmed));
  return kind === undefined ? undefined : { end: trimmed, isPublic: kind === 'public' };
}

/** Hosts of pages, and names of packages and classes: `see (at) www.corp.com`, `method (at) com.acme.App`. */
const noDomain = /^(?:www|com|org|net|io|de)\./;

/** The same where dots are spelled out: `corp (dot) com`, `corp[.]com`; behind a sign that is, also `corp dot com`. */
function spelledDomainAt(attempt: Attempt, start: number, isSpelled: boolean): Domain | undefined {
  let name = '';
  let found: Domain | undefined;
  let at = start;
  for (let labels = 0; labels < mostLabels; labels += 1) {
    const first = at;
    while (at - start <= longestDomain && isLabel(codeAt(attempt, at))) at += 1;
    if (at === first || at - start > longestDomain) break;
    name += attempt.text.slice(first, at).toLowerCase();
    const kind = noDomain.test(name) ? undefined : kindOf(name);
    if (kind !== undefined) found = { end: at, isPublic: kind === 'public' };
    const isDot = codeAt(attempt, at) === dot;
    const next = isDot ? at + 1 : behindDot(attempt, at, isSpelled);
    if (next < 0) break;
    name += '.';
    at = next;
  }
  return found;
}

function isLabel(code: number): boolean {
  return isLetterOrDigit(code) || code === hyphen || isForeignLetter(code);
}

/** Without the dots and hyphens at the end. */
function trimmedEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && '.-'.includes(text.charAt(last - 1))) last -= 1;
  return last;
}

function isDomain(code: number): boolean {
  if (isLetterOrDigit(code) || code === dot || code === hyphen) return true;
  return isForeignLetter(code) || (code >= 0x590 && code < 0x2000) || (code >= 0x3040 && code < 0xff00);
}

/** Reserved for examples and for networks of one's own (RFC 2606, RFC 6761, RFC 6762, and customs). */
const ownDomains = new Set(['corp', 'example', 'home', 'internal', 'intranet', 'lan', 'local', 'private', 'test']);
/** Registered so that nobody has a mailbox there (RFC 2606): less likely to be somebody's than any other. */
const exampleDomains = new Set(['example.com', 'example.net', 'example.org']);

function kindOf(domain: string): 'public' | 'own' | undefined {
  if (!domain.includes('.') || domain.includes('..')) return undefined;
  const lower = domain.toLowerCase();
  const last = lower.slice(lower.lastIndexOf('.') + 1);
  if (ownDomains.has(last)) return 'own';
  if (!topLevelDomains.has(last)) return undefined;
  const registered = parse(lower, { extractHostname: false, detectIp: false }).domain;
  if (registered === null) return undefined;
  return exampleDomains.has(registered) ? 'own' : 'public';
}

const retina = /^\d{1,2}x\.[a-z]{3,4}$/i;
const schemeBefore = /[a-z][a-z0-9+.-]{0,15}:\/\/[^\s/@]{0,48}$/i;
const messageHeader = /(?:message-id|in-reply-to|references|content-id)\s{0,4}[:=][^\n]{0,88}$/i;
const headerReach = 96;

/** What has the form of an address and is none: user names in URLs, remote repositories, ids of messages, file names. */
function isNoMailbox(attempt: Attempt, start: number, atSign: number, end: number): boolean {
  const { text } = attempt;
  if (retina.test(text.slice(atSign + 1, end))) return true;
  const local = text.slice(start, atSign);
  const previous = codeBefore(attempt, start);
  if ((previous === 47 || previous === 58) && schemeBefore.test(text.slice(Math.max(0, start - 68), start)))
    return true;
  if (local === 'git' && codeAt(attempt, end) === 58) return true;
  if (previous !== 60) return false;
  if (messageHeader.test(text.slice(Math.max(0, start - headerReach), start))) return true;
  return local.length >= 24 && digitsOf(local) >= 8;
}

function digitsOf(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) if (isDigit(text.charCodeAt(index))) count += 1;
  return count;
}
