import type { Assignment } from './assignment.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** Two hyphens before it make the name an option of a command. */
const fewestOfPassword = 8;
const fewestOfGenerated = 10;

/** Whether a value is not made of words; without a digit it has to be less like them. */
export function looksMixed(value: string): boolean {
  return wordShare(value) < (/\d/.test(value) ? 0.5 : 0.25);
}

/** Whether a value that a name calls a key can be one: mixed, and made of neither words nor a path. */
export function isAssignedKey(value: string, { keyword, isImplied, isQuoted }: Assignment): boolean {
  if (value.length < 16 || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^(?:https?:|\/|\.|\w:\/)/.test(value) || value.includes('://')) return false;
  if (!isQuoted && member.test(value)) return false;
  if (uuid.test(value)) return !isImplied && !/^token/i.test(keyword);
  if (isImplied && !isQuoted) return looksGenerated(value);
  return wordShare(value) < 0.5;
}

/** Whether a value that a name calls a password can be one. */
export function isAssignedPassword(value: string, { isImplied, isQuoted, isShortName }: Assignment): boolean {
  if (!looksLikePassword(value) || algorithm.test(value) || (!isQuoted && member.test(value))) return false;
  if (isShortName) return looksGenerated(value) || /[^A-Za-z0-9._/-]/.test(value);
  if (value.length < fewestOfPassword) return !isImplied && looksLikeShortPassword(value);
  if (!isImplied) return true;
  return isQuoted ? wordShare(value) < 0.4 : looksGenerated(value);
}

const algorithm =
  /^(?:sha-?\d|md[45]|base\d\d|argon2|bcrypt|scrypt|pbkdf2|hmac|utf-?\d|aes|rsa|des3|oauth\d|ed25519|rfc ?\d|x509|v?\d+(?:\.\d+)+)/i;
/** `process.env.API_KEY_2`, `user.pw1`: what a program reads, not what it says. */
const member =
  /^(?:process|os|import|env|config|cfg|conf|settings|options|opts|props|state|secrets|credentials|self|this|args|ctx|req|request|res|response|user|account|vars|var|local|data|form|body|params|event|System|Deno|module)\.[A-Za-z_$][\w$.]*$/;
const variable =
  /^(?:val(?:ue)?|args?|param|var|str(?:ing)?|tmp|temp|test|user|pass|pw|pwd|input|field|text|data|row|col|item|key|node|step|level|type|char|int|line|page|part)_?\d+$/i;

/** People choose words, but not words alone. */
function looksLikePassword(value: string): boolean {
  if (!/[A-Za-z]/.test(value) || /^(?:https?:|\/|\.\/)/.test(value)) return false;
  if (/^[A-Za-z]+(?:[._-][A-Za-z]+)*$/.test(value))
    return value.length >= 12 && wordShare(value) < 0.3 && /[A-Z]/.test(value);
  return /\d/.test(value) || /[^A-Za-z0-9._/-]/.test(value);
}

/** `hunter2`: nothing that code or tables have in such a place. */
function looksLikeShortPassword(value: string): boolean {
  return /[A-Za-z]/.test(value) && /\d/.test(value) && !/[./+*%]/.test(value) && !variable.test(value);
}

/** Digits and letters of both kinds, many times in turn, as people do not write them. */
function looksGenerated(value: string): boolean {
  if (value.length < fewestOfGenerated || !/\d/.test(value) || !/[A-Z]/.test(value) || !/[a-z]/.test(value))
    return false;
  const turns = value.match(/[A-Z]+|[a-z]+|\d+/g)?.length ?? 0;
  return turns >= 5 && !/[/.]/.test(value) && !/test/i.test(value) && wordShare(value) < 0.3;
}

/** Share of the characters that belong to something like a word: five letters or more, with vowels among them. */
function wordShare(value: string): number {
  let inWords = 0;
  for (const [word] of value.matchAll(/[A-Z]?[a-z]{4,}|[A-Z]{5,}/g)) {
    const vowels = word.match(/[aeiouy]/gi)?.length ?? 0;
    if (vowels / word.length >= 0.25 && vowels / word.length <= 0.6) inWords += word.length;
  }
  return inWords / value.length;
}
