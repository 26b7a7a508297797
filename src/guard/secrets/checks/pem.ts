import { privateKeyBound } from '../kinds/keys.ts';
import { type Attempt, codeAt } from '../pattern/match.ts';

/** Fewer characters than this behind the marker are no key, but talk about one. */
const minBody = 40;
/** Lines of a key are full except the last; a shorter one in between is prose. */
const minLine = 16;
const maxHeader = 200;
const maxHeaders = 8;

/**
 * End of the private key whose first marker ends at `start`: behind its END marker, or where its lines stop, or at the
 * bound. -1: no key. A body is read by its own grammar (lines of base64, header lines such as `DEK-Info: …`), so prose
 * behind a marker lets go at once, and what no key can contain is never taken in.
 */
export function privateKeyEnd(attempt: Attempt, begin: number, start: number): number {
  const limit = begin + privateKeyBound;
  let at = start;
  let end = start;
  let body = 0;
  let line = 0;
  let headers = 0;
  let hadShortLine = false;
  while (at < limit) {
    const code = codeAt(attempt, at);
    if (isBase64(code)) {
      if (line === 0 && hadShortLine && code !== equals) break;
      line += 1;
      body += 1;
      at += 1;
      end = at;
      continue;
    }
    const blank = blankLength(attempt, at, code);
    if (blank > 0) {
      if (line > 0 && line < minLine) hadShortLine = true;
      line = 0;
      at += blank;
      continue;
    }
    if (code === hyphen) {
      const marker = endMarker(attempt, at);
      if (marker >= 0) return body >= minBody ? marker : -1;
    }
    // `Proc-Type: 4,ENCRYPTED`: only before the key itself.
    if ((code !== colon && code !== hyphen) || line === 0 || body !== line || headers === maxHeaders) break;
    const next = lineEnd(attempt, at);
    if (next < 0) break;
    headers += 1;
    at = next;
    line = 0;
    body = 0;
    hadShortLine = false;
  }
  if (body < minBody) return -1;
  return at >= limit ? limit : end;
}

const hyphen = 45;
const colon = 58;
const equals = 61;
const backslash = 92;

function isBase64(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 47 && code <= 57) ||
    code === 43 ||
    code === 61
  );
}

/** A blank, or the escape of one in a text that is itself JSON. */
function blankLength(attempt: Attempt, at: number, code: number): number {
  if (code === 10 || code === 13 || code === 32 || code === 9) return 1;
  if (code !== backslash) return 0;
  const next = codeAt(attempt, at + 1);
  return next === 110 || next === 114 || next === 116 ? 2 : 0;
}

function lineEnd(attempt: Attempt, start: number): number {
  for (let at = start; at < start + maxHeader; at += 1) {
    const code = codeAt(attempt, at);
    if (code === 10 || code === 13) return at;
    if (code === backslash) return at;
    if (code < 32 || code > 126 || code === 34 || code === 123 || code === 125) return -1;
  }
  return -1;
}

const endText = '-----END ';

function endMarker(attempt: Attempt, start: number): number {
  for (let index = 0; index < endText.length; index += 1) {
    if (codeAt(attempt, start + index) !== endText.charCodeAt(index)) return -1;
  }
  let at = start + endText.length;
  const limit = at + 40;
  for (; at < limit; at += 1) {
    const code = codeAt(attempt, at);
    if (code === hyphen) break;
    if (code !== 32 && !(code >= 65 && code <= 90) && !(code >= 48 && code <= 57)) return -1;
  }
  for (let count = 0; count < 5; count += 1, at += 1) if (codeAt(attempt, at) !== hyphen) return -1;
  return at;
}
