/**
 * The second line of defence for everything that is written down: the first is that callers pass known, flat fields.
 * Values under names that speak of secrets are masked whole; in all other text, what looks like a key is masked.
 */

export const masked = '[masked]';

const secretWords = new Set([
  'authorization',
  'bearer',
  'cookie',
  'cookies',
  'credential',
  'credentials',
  'passphrase',
  'passwd',
  'password',
  'passwords',
  'secret',
  'secrets',
  'token',
  'tokens',
]);

/** Only in front of `key`: `providerKey` or `primaryKey` is a name, `privateKey` is not. */
const keyQualifiers = new Set(['access', 'api', 'encryption', 'private', 'signing']);

/** What follows a secret's word when the field tells about the secret instead of holding it. */
const describingWords = new Set(['count', 'file', 'id', 'ids', 'kind', 'name', 'names', 'path', 'type']);

const nameVerdicts = new Map<string, boolean>();
const nameVerdictLimit = 4096;

/** Whether a field of this name may hold a secret: `authorization`, `x-api-key`, `clientSecret`; not `secretName`. */
export function isSecretName(name: string): boolean {
  const known = nameVerdicts.get(name);
  if (known !== undefined) return known;
  const verdict = judgeName(name);
  // Names can come from outside (header names), so what is remembered must not grow with them.
  if (nameVerdicts.size < nameVerdictLimit) nameVerdicts.set(name, verdict);
  return verdict;
}

function judgeName(name: string): boolean {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const last = words.at(-1);
  if (last === undefined || describingWords.has(last)) return false;
  return words.some((word, index) => {
    if (secretWords.has(word) || word === 'apikey' || word === 'apikeys') return true;
    return (word === 'key' || word === 'keys') && keyQualifiers.has(words[index - 1] ?? '');
  });
}

// One pass over the text; the alternatives that keep a part of the match name it in a group.
const secretText = new RegExp(
  [
    String.raw`(?<scheme>\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}`,
    String.raw`\b(?:sk|ak|pk|rk)-[A-Za-z0-9_-]{8,}`,
    String.raw`\bAIza[A-Za-z0-9_-]{20,}`,
    String.raw`\b(?:AKIA|ASIA)[A-Z0-9]{16}\b`,
    String.raw`\bgh[pousr]_[A-Za-z0-9]{20,}`,
    String.raw`\bxox[abeprs]-[A-Za-z0-9-]{10,}`,
    String.raw`\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*`,
    String.raw`-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)`,
    String.raw`(?<userinfo>:\/\/[^\s:/@]*:)[^\s@/]+(?=@)`,
    // Fields of Envoy's messages, which it repeats when it refuses one.
    String.raw`(?<field>\b(?:secret_access_key|session_token|password|inline_string|inline_bytes): ")(?:[^"\\]|\\.)*`,
    String.raw`(?<parameter>[?&](?:api[-_]?key|key|access[-_]?token|token|secret|password|sig|signature)=)[^&\s"']+`,
  ].join('|'),
  'gi',
);

/** The text with everything in it that looks like a key, a bearer credential or a password in a URL masked. */
export function redactText(text: string): string {
  if (text.length < 8) return text;
  return text.replace(secretText, (...match) => {
    const groups = match.at(-1) as { scheme?: string; userinfo?: string; field?: string; parameter?: string };
    return `${groups.scheme ?? groups.userinfo ?? groups.field ?? groups.parameter ?? ''}${masked}`;
  });
}

const depthLimit = 6;

/** A copy that is safe to write down. Numbers and booleans pass: secrets are text, and token counts are wanted. */
export function redactValue(value: unknown, name = '', depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return isSecretName(name) && value !== '' ? masked : redactText(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'bigint':
      return value.toString();
    case 'object':
      return value === null ? null : redactObject(value, name, depth);
    default:
      return `[${typeof value}]`;
  }
}

function redactObject(value: object, name: string, depth: number): unknown {
  if (depth >= depthLimit) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) return value.map((item) => redactValue(item, name, depth + 1));
  if (value instanceof Date) return value.toISOString();
  // Bytes are bodies or key material; neither belongs into a log.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  if (value instanceof Map || value instanceof Set) return `[${value.constructor.name} of ${value.size}]`;
  const safe: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // Under a secret's name everything below is secret too: {credential: {value: '…'}}.
    safe[redactText(key)] = redactValue(item, isSecretName(key) ? key : name, depth + 1);
  }
  return safe;
}

function redactError(error: Error, depth: number): Record<string, unknown> {
  const code = (error as { code?: unknown }).code;
  return {
    type: error.name,
    message: redactText(error.message),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(error.stack === undefined ? {} : { stack: redactText(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: redactValue(error.cause, '', depth + 1) }),
  };
}
