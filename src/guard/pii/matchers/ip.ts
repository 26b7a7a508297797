import { isIPv6 } from 'node:net';
import { type Attempt, codeAt, codeBefore, contextOf } from '../attempt.ts';
import { beginsWord } from '../boundary.ts';
import { isDigit, isHex, isLetter, isLetterOrDigit, isWord } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';

const score = 0.6;
/** With an IPv4 address at its end. */
export const longestIpv6 = 45;
const colon = 58;
const dot = 46;
const slash = 47;

const versionWords = new Set(
  (
    'version versions ver v release releases build builds firmware revision rev kernel driver sdk ' +
    'section sections chapter clause paragraph article figure table'
  ).split(' '),
);

/** IPv4, IPv6, IPv4 within IPv6, each with a prefix length behind it if there is one. */
export const ipMatcher: Matcher = {
  entity: 'IP_ADDRESS',
  trigger: 'hex-groups',
  reach: longestIpv6 + 4 + 2,
  begins: (code) => isHex(code) || code === colon,
  beginsLikeHex: ({ count, sign }) => sign === ':' || (sign === '.' && count > 0 && count < 4),
  match: (attempt, start) =>
    (isDigit(codeAt(attempt, start)) ? ipv4(attempt, start) : undefined) ?? ipv6(attempt, start),
};

function ipv4(attempt: Attempt, start: number): Match | undefined {
  if (!beginsWord(attempt, start) || codeBefore(attempt, start) === dot) return undefined;
  let at = start;
  for (let part = 0; part < 4; part += 1) {
    if (part > 0) {
      if (codeAt(attempt, at) !== dot) return undefined;
      at += 1;
    }
    const first = at;
    let value = 0;
    while (at - first < 4 && isDigit(codeAt(attempt, at))) {
      value = value * 10 + attempt.text.charCodeAt(at) - 48;
      at += 1;
    }
    const hasLeadingZero = at - first > 1 && attempt.text[first] === '0';
    if (at === first || value > 255 || hasLeadingZero) return undefined;
  }
  const end = prefixEnd(attempt, at, 32);
  if (!ends(attempt, end) || isNobody(attempt.text.slice(start, at))) return undefined;
  if (contextOf(attempt).follows(start, versionWords, 2)) return undefined;
  if (isProductVersion(attempt, start, at)) return undefined;
  return { end, score, validator: undefined, needsContext: false };
}

/** 127.0.0.1 and the like are the same everywhere. */
function isNobody(address: string): boolean {
  return /^(?:127\.|0\.0\.0\.0$|255\.)/.test(address);
}

/** `Chrome/120.0.0.0`, as browsers introduce themselves. */
function isProductVersion(attempt: Attempt, start: number, end: number): boolean {
  if (codeBefore(attempt, start) !== slash || !isLetter(codeBefore(attempt, start - 1))) return false;
  return attempt.text.slice(start, end).endsWith('.0.0.0');
}

function ipv6(attempt: Attempt, start: number): Match | undefined {
  if (!beginsIpv6(attempt, start)) return undefined;
  let at = start;
  let colons = 0;
  while (at - start <= longestIpv6) {
    const code = codeAt(attempt, at);
    if (!isHex(code) && code !== colon && code !== dot) break;
    if (code === colon) colons += 1;
    // Most words: nothing more has to be seen to know.
    if (colons === 0 && (at - start >= 4 || code === dot)) return undefined;
    at += 1;
  }
  if (colons < 2 || at - start > longestIpv6) return undefined;
  while (attempt.text.charCodeAt(at - 1) === dot) at -= 1;
  if (attempt.text.charCodeAt(at - 1) === colon && attempt.text.charCodeAt(at - 2) !== colon) at -= 1;
  const address = attempt.text.slice(start, at);
  if (isNoAddress(address) || !isIPv6(address)) return undefined;
  const end = prefixEnd(attempt, at, 128);
  if (!ends(attempt, end)) return undefined;
  return { end, score, validator: undefined, needsContext: false };
}

/** `::`, `::1`, and what programmers write: `a::b`, `Dead::Beef`. */
function isNoAddress(address: string): boolean {
  if (address === '::' || address === '::1') return true;
  return !/\d/.test(address) && address.split(':').length < 4;
}

function beginsIpv6(attempt: Attempt, start: number): boolean {
  if (!beginsWord(attempt, start)) return false;
  const previous = codeBefore(attempt, start);
  if (previous === dot) return false;
  const isAtColon = codeAt(attempt, start) === colon;
  if (isAtColon && (codeAt(attempt, start + 1) !== colon || previous === colon)) return false;
  if (previous !== colon) return true;
  // `address:fe80::1` begins behind the colon, `0:fe80::1` does not.
  let place = start - 1;
  while (start - place < 7 && isHex(codeBefore(attempt, place))) place -= 1;
  const before = codeBefore(attempt, place);
  return isWord(before) || (place === start - 1 && before !== colon);
}

function prefixEnd(attempt: Attempt, end: number, most: number): number {
  if (codeAt(attempt, end) !== slash) return end;
  let at = end + 1;
  while (at - end < 4 && isDigit(codeAt(attempt, at))) at += 1;
  const isPrefix = at > end + 1 && Number(attempt.text.slice(end + 1, at)) <= most;
  return isPrefix && !isLetterOrDigit(codeAt(attempt, at)) ? at : end;
}

function ends(attempt: Attempt, end: number): boolean {
  const next = codeAt(attempt, end);
  if (isWord(next)) return false;
  return next !== dot || !isLetterOrDigit(codeAt(attempt, end + 1));
}
