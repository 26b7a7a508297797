import { parse } from 'tldts-icann';
import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { isDigit, isForeignLetter, isLetterOrDigit, isWord } from '../characters.ts';
import type { Matcher } from '../match.ts';
import { topLevelDomains } from '../validators/top-level-domains.ts';

/** RFC 5321, 4.5.3.1. */
export const longestLocal = 64;
const longestDomain = 253;
const at = 64;
const dot = 46;
const hyphen = 45;
const mostEndings = 3;

export const emailMatcher: Matcher = {
  entity: 'EMAIL_ADDRESS',
  trigger: 'at-sign',
  reach: longestLocal + 1 + longestDomain + 2,
  begins: (code) => isLetterOrDigit(code) || code === 95,
  beginsForeign: true,
  match: (attempt, start) => {
    if (!isLocalStart(attempt, start)) return undefined;
    let place = start;
    while (place - start <= longestLocal && isLocal(codeAt(attempt, place))) place += 1;
    if (place - start > longestLocal || codeAt(attempt, place) !== at) return undefined;
    if (!isFirst(attempt.text.charCodeAt(place - 1)) && attempt.text.charCodeAt(place - 1) !== hyphen) return undefined;
    const end = domainEnd(attempt, place + 1);
    if (end < 0 || isNoMailbox(attempt, start, place, end)) return undefined;
    return { end, score: 1, validator: 'public-suffix', needsContext: false };
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

/** Behind the longest domain under a public suffix; -1: none. */
function domainEnd(attempt: Attempt, start: number): number {
  let end = start;
  while (end - start <= longestDomain && isDomain(codeAt(attempt, end))) end += 1;
  if (end - start > longestDomain) return -1;
  const domain = attempt.text.slice(start, end);
  let rest = domain;
  for (let count = 0; count < mostEndings && rest !== ''; count += 1) {
    rest = rest.replace(/[.-]{1,253}$/, '');
    if (isRegistrable(rest)) return start + rest.length;
    // A sentence went on without a blank: `ann@corp.com.Then`.
    const last = rest.lastIndexOf('.');
    rest = last < 0 ? '' : rest.slice(0, last);
  }
  // Scripts without blanks go on right behind the address.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what is meant
  const ascii = /^[\x00-\x7f]*/.exec(domain)?.[0].replace(/[.-]{1,253}$/, '') ?? '';
  return ascii.length < domain.length && isRegistrable(ascii) ? start + ascii.length : -1;
}

function isDomain(code: number): boolean {
  if (isLetterOrDigit(code) || code === dot || code === hyphen) return true;
  return isForeignLetter(code) || (code >= 0x590 && code < 0x2000) || (code >= 0x3040 && code < 0xff00);
}

function isRegistrable(domain: string): boolean {
  if (!domain.includes('.') || domain.includes('..')) return false;
  const lower = domain.toLowerCase();
  if (!topLevelDomains.has(lower.slice(lower.lastIndexOf('.') + 1))) return false;
  return parse(lower, { extractHostname: false, detectIp: false }).domain !== null;
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
