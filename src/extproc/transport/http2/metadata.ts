/** Headers of a request by lower-case name, pseudo-headers included. What came several times is joined with commas. */
export interface Metadata {
  readonly [name: string]: string | undefined;
}

/** What belongs to a connection of HTTP/1 and makes a request of HTTP/2 malformed (RFC 9113 section 8.2.2). */
const connectionSpecific = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'],
]);

const requiredPseudoHeaders = [':method', ':scheme', ':path'] as const;
const pseudoHeaders = new Set<string>([...requiredPseudoHeaders, ':authority']);

/** RFC 9110's token without capital letters. */
const nameSyntax = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;
/** What RFC 9113 section 8.2.1 wants refused, so that nobody who passes a value on can be made to split a header. */
const badValue = /[\0\r\n]|^[\t ]|[\t ]$/;

/** Of a flat list of names and values; undefined if a request may not look like that. */
export function requestMetadata(list: readonly string[]): Metadata | undefined {
  const headers: Record<string, string> = Object.create(null);
  let areAllPseudo = true;
  for (let at = 0; at < list.length; at += 2) {
    const name = list[at] as string;
    const value = list[at + 1] as string;
    const before = headers[name];
    if (badValue.test(value)) return undefined;
    if (name.charCodeAt(0) === 0x3a) {
      if (!areAllPseudo || before !== undefined || !pseudoHeaders.has(name)) return undefined;
      headers[name] = value;
      continue;
    }
    areAllPseudo = false;
    if (!nameSyntax.test(name) || connectionSpecific.has(name)) return undefined;
    if (name === 'te' && value !== 'trailers') return undefined;
    headers[name] = before === undefined ? value : `${before}${name === 'cookie' ? '; ' : ', '}${value}`;
  }
  return requiredPseudoHeaders.every((name) => headers[name]) ? headers : undefined;
}
