/** Whether a token's first part is the header that every JSON web token has: an object that names an algorithm. */
export function hasJwtHeader(token: string): boolean {
  const header = decode(token.slice(0, token.indexOf('.')), 'base64url');
  return header.startsWith('{') && header.endsWith('}') && header.includes('"alg"');
}

/** Whether the text decodes to a user and a password. */
export function isBasicCredentials(encoded: string): boolean {
  const text = decode(encoded, 'base64');
  return /^[\x20-\x39\x3b-\x7e]{1,100}:[\x20-\x7e]{3,200}$/.test(text);
}

function decode(text: string, encoding: 'base64' | 'base64url'): string {
  return Buffer.from(text, encoding).toString('latin1');
}
