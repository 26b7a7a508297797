import { type Attempt, codeAt } from '../attempt.ts';
import { beginsWord } from '../boundary.ts';
import { isHex, isLetterOrDigit, isWord } from '../characters.ts';
import type { Match, Matcher } from '../match.ts';
import { isBase58, isBase58Check } from '../validators/base58.ts';
import { isSegwitAddress } from '../validators/bech32.ts';
import { judgeEthereum } from '../validators/ethereum.ts';

const longestBase58 = 35;
const shortestBase58 = 26;
const longestSegwit = 90;
const shortestSegwit = 14;
const ethereumDigits = 40;

/** Addresses of Bitcoin and of Ethereum. */
export const cryptoMatcher: Matcher = {
  entity: 'CRYPTO',
  trigger: 'digit',
  reach: longestSegwit + 2,
  begins: (code) => code === 48 || code === 49 || code === 51 || code === 66 || code === 98,
  beginsLike: ({ isDigits, count, next }) => next === 'other' && (isDigits || count === 2),
  match: (attempt, start) => {
    if (!beginsWord(attempt, start)) return undefined;
    const first = attempt.text[start];
    if (first === '0') return ethereum(attempt, start);
    return first === '1' || first === '3' ? base58(attempt, start) : segwit(attempt, start);
  },
};

function base58(attempt: Attempt, start: number): Match | undefined {
  let at = start;
  while (at - start <= longestBase58 && isBase58(codeAt(attempt, at))) at += 1;
  const length = at - start;
  if (length < shortestBase58 || length > longestBase58 || isWord(codeAt(attempt, at))) return undefined;
  if (!isBase58Check(attempt.text.slice(start, at))) return undefined;
  return { end: at, score: 1, validator: 'base58check', needsContext: false };
}

function segwit(attempt: Attempt, start: number): Match | undefined {
  if ((codeAt(attempt, start + 1) | 32) !== 99 || codeAt(attempt, start + 2) !== 49) return undefined;
  let at = start + 3;
  while (at - start <= longestSegwit && isLetterOrDigit(codeAt(attempt, at))) at += 1;
  const length = at - start;
  if (length < shortestSegwit || length > longestSegwit || isWord(codeAt(attempt, at))) return undefined;
  const address = attempt.text.slice(start, at);
  const lower = address.toLowerCase();
  if (address !== lower && address !== address.toUpperCase()) return undefined;
  if (!isSegwitAddress(lower)) return undefined;
  return { end: at, score: 1, validator: 'bech32', needsContext: false };
}

function ethereum(attempt: Attempt, start: number): Match | undefined {
  if (codeAt(attempt, start + 1) !== 120) return undefined;
  const first = start + 2;
  let at = first;
  while (at - first < ethereumDigits && isHex(codeAt(attempt, at))) at += 1;
  if (at - first < ethereumDigits || isWord(codeAt(attempt, at))) return undefined;
  const digits = attempt.text.slice(first, at);
  if (/^(.)\1*$/.test(digits)) return undefined;
  const verdict = judgeEthereum(digits);
  if (verdict === 'invalid') return undefined;
  if (verdict === 'valid') return { end: at, score: 1, validator: 'eip-55', needsContext: false };
  return { end: at, score: 0.5, validator: undefined, needsContext: true };
}
