import { type Attempt, codeAt, codeBefore } from '../attempt.ts';
import { beginsWord } from '../boundary.ts';
import { isDigit, isForeignLetter, isLetter, isLetterOrDigit } from '../characters.ts';
import type { Matcher } from '../match.ts';

export const longestScheme = 16;
const longestUserInfo = 160;
const longestHost = 128;
const longestPort = 6;
const shortestToken = 20;

/** A URL up to the end of host and port, when it says a user's password, or a token in the user's place. */
export const urlMatcher: Matcher = {
  entity: 'URL_WITH_CREDENTIALS',
  trigger: 'scheme',
  reach: longestScheme + 3 + longestUserInfo + 1 + longestHost + longestPort + 2,
  begins: isLetter,
  match: (attempt, start) => {
    if (!beginsWord(attempt, start) || isSign(codeBefore(attempt, start))) return undefined;
    let at = start + 1;
    while (at - start < longestScheme && isScheme(codeAt(attempt, at))) at += 1;
    if (codeAt(attempt, at) !== 58 || codeAt(attempt, at + 1) !== 47 || codeAt(attempt, at + 2) !== 47)
      return undefined;
    const userStart = at + 3;
    at = userStart;
    while (at - userStart <= longestUserInfo && isUserInfo(codeAt(attempt, at))) at += 1;
    if (codeAt(attempt, at) !== 64 || !isSecret(attempt.text.slice(userStart, at))) return undefined;
    const end = hostEnd(attempt, at + 1);
    if (end < 0) return undefined;
    return { end, score: 0.9, validator: undefined, needsContext: false };
  },
};

/** Of a scheme behind its first letter. */
function isScheme(code: number): boolean {
  return isLetterOrDigit(code) || isSign(code);
}

function isSign(code: number): boolean {
  return code === 43 || code === 46 || code === 45;
}

/** Up to what ends an authority or a quoted string. */
function isUserInfo(code: number): boolean {
  // / ? # @ " ' < > \ ` and blanks.
  return code > 32 && !'/?#@"\'<>\\`'.includes(String.fromCharCode(code)) && code !== 0xa0;
}

const standIn =
  /^(?:[*x•.]+|pass(?:word|wd)?|pwd|your[-_]?(?:password|token)|\$\{?[\w.]*\}?|\{\{?[\w .-]*\}\}?|\[[\w -]*\]|%[sv]|\$\([^)]*\))$/i;

function isSecret(userInfo: string): boolean {
  // What opens a bracket and does not close it is no authority.
  if (userInfo.startsWith('[')) return false;
  const colon = userInfo.indexOf(':');
  if (colon < 0) return userInfo.length >= shortestToken && /\d/.test(userInfo) && /[a-z]/i.test(userInfo);
  const password = userInfo.slice(colon + 1);
  return password !== '' && !standIn.test(password);
}

/** Behind host and port; -1: no host. */
function hostEnd(attempt: Attempt, start: number): number {
  const isBracketed = codeAt(attempt, start) === 91;
  let at = isBracketed ? start + 1 : start;
  while (at - start < longestHost && isHost(codeAt(attempt, at), isBracketed)) at += 1;
  if (isBracketed) {
    if (codeAt(attempt, at) !== 93) return -1;
    at += 1;
  }
  // The stop of a sentence is none of the host.
  while (at > start && '.-'.includes(attempt.text.charAt(at - 1))) at -= 1;
  if (at === start) return -1;
  if (codeAt(attempt, at) !== 58) return at;
  let port = at + 1;
  while (port - at < longestPort && isDigit(codeAt(attempt, port))) port += 1;
  return port > at + 1 ? port : at;
}

function isHost(code: number, isBracketed: boolean): boolean {
  if (isBracketed) return isLetterOrDigit(code) || code === 58 || code === 46;
  return isLetterOrDigit(code) || code === 45 || code === 46 || code === 95 || isForeignLetter(code);
}
