/** `application/json` and its relatives, with parameters. */
const json = /^\s*(?:application|text)\/(?:[\w.-]+\+)?json\s*(?:;|$)/i;

/** Half a sentence about why the body cannot be read as JSON, or undefined. No type at all counts as JSON. */
export function mediaTypeFault(contentType: string, contentEncoding: string | undefined): string | undefined {
  if (contentType !== '' && !json.test(contentType)) {
    return `it is ${contentType.split(';', 1)[0]?.trim() || 'of an unreadable type'}`;
  }
  if (contentEncoding !== undefined && contentEncoding !== '' && contentEncoding.toLowerCase() !== 'identity') {
    return `it is encoded as ${contentEncoding}`;
  }
  return undefined;
}
