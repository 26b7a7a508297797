// What documentation writes where a secret belongs.
const placeholder =
  /example|x{4}|\*{3}|\.{3}|your[-_ ]|[-_ ]here\b|placeholder|change[-_]?me|redacted|dummy|insert[-_]|replace[-_]|abcdefgh|12345678|01234567|^%\w+%$/i;
/** `$TOKEN` of shells, `${token}`, `{{ token }}`, `%(token)s` and `{token}` of templates. */
const variable = /^\$[A-Z][A-Z0-9_]*$|\$\{|\{\{|^%\(|^\{[\w.]+\}$|^<[^<>]*>$/;

/** A longer secret contains some of these by chance, and nobody writes a stand-in of that length. */
const maxStandIn = 120;

export function isPlaceholder(secret: string): boolean {
  return secret.length <= maxStandIn && (placeholder.test(secret) || variable.test(secret));
}

const stopWords = new Set([
  'admin',
  'changeit',
  'default',
  'false',
  'foo',
  'guest',
  'hidden',
  'none',
  'null',
  'optional',
  'pass',
  'passwd',
  'password',
  'postgres',
  'pw',
  'pwd',
  'required',
  'root',
  'secret',
  'string',
  'test',
  'token',
  'true',
  'undefined',
  'user',
  'username',
  'yourpassword',
  'mypassword',
  'mysecret',
]);

/** A word that stands for a secret, alone. */
export function isStopWord(secret: string): boolean {
  return stopWords.has(secret.toLowerCase());
}
