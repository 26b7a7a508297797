import type { Parsed } from './schema/parsed.ts';
import { type Place, reject } from './schema/place.ts';
import type { Schema } from './schema/schema.ts';
import { refine } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { kindOf } from './schema/show.ts';
import { text } from './schema/text.ts';
import { secretExample } from './secret-source.ts';

/** RFC 9110 5.6.2. Pseudo-headers (`:path`) are no tokens and so no headers here. */
const headerToken = text({
  pattern: "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$",
  longest: 128,
  complaint: 'is not a header name',
  remedy: 'use letters, digits and -, such as x-team',
});

/** Name of a header to read: no limits beyond the syntax. Lower case, as Envoy has them. */
export const headerName: Schema<string> = refine(headerToken, (name) => name.toLowerCase());

// Framing, connection management (RFC 9110 7.6.1) and what Envoy derives from the endpoint.
const transportHeaders = new Set([
  ...['host', 'content-length', 'content-encoding', 'transfer-encoding', 'te', 'trailer', 'expect'],
  ...['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'http2-settings'],
]);

const credentialHeaders = new Set([
  ...['authorization', 'proxy-authorization', 'proxy-authenticate', 'cookie', 'x-api-key', 'api-key'],
  ...['x-goog-api-key', 'x-amz-security-token', 'x-amz-date', 'x-amz-content-sha256'],
]);

const ownPrefixes = ['x-sluice-', 'x-envoy-'];

/** Name of a header that policy may set or remove on the way to a provider. */
const mutableHeaderName: Schema<string> = mutableHeader(`remove it and use a credential: apiKey: ${secretExample}`);

/** The same, checked by API servers as well. In deep lists that would cost more than they allow. */
export const ruledHeaderName: Schema<string> = ruled(
  mutableHeaderName,
  {
    rule: `!(self.lowerAscii() in ${JSON.stringify([...transportHeaders])})`,
    message: 'remove it: the header belongs to the connection, the gateway sets it',
  },
  {
    rule: `!(self.lowerAscii() in ${JSON.stringify([...credentialHeaders])})`,
    message: 'remove it: the header carries credentials, and Provider.spec.credential says them',
  },
  {
    rule: `!${JSON.stringify(ownPrefixes)}.exists(prefix, self.lowerAscii().startsWith(prefix))`,
    message: `use a name that does not begin with ${ownPrefixes.join(' or ')}`,
  },
);

/** The same in other vocabularies, which say credentials in words of their own. */
export function mutableHeader(credentialRemedy: string): Schema<string> {
  return refine(headerName, (name, place) => allowed(name, place, credentialRemedy));
}

function allowed(name: string, place: Place, credentialRemedy: string): Parsed<string> {
  if (transportHeaders.has(name)) {
    return reject(place, `${name} belongs to the connection, not to policy`, 'remove it; the gateway sets it');
  }
  if (credentialHeaders.has(name)) {
    return reject(place, `${name} carries credentials`, credentialRemedy);
  }
  const prefix = ownPrefixes.find((candidate) => name.startsWith(candidate));
  if (prefix !== undefined) {
    return reject(place, `${name} is internal to the gateway`, `use a name that does not begin with ${prefix}`);
  }
  return name;
}

const valueRemedy = 'write one line of text without control characters';

/** Not repeated in messages: a header may well carry a token. */
export const headerValue: Schema<string> = {
  json: { type: 'string', maxLength: 4096, pattern: '^[^\\u0000-\\u0008\\u000a-\\u001f\\u007f]*$' },
  parse: (value, place) => {
    if (typeof value !== 'string') {
      return reject(place, `${kindOf(value)} stands here instead of a text`, 'put it in quotes');
    }
    if (value.length > 4096) return reject(place, 'the value is longer than 4096 characters', valueRemedy);
    // CR or LF here would let whoever writes policy add whole headers, or a second request, to the connection.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not pass.
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      return reject(place, 'the value holds a control character', valueRemedy);
    }
    return value;
  },
};
