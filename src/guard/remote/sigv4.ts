import { createHmac } from 'node:crypto';
import { sha256Hex } from '../../lib/hash.ts';

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Undefined: they are not temporary. */
  readonly sessionToken: string | undefined;
}

export interface SignedRequest {
  readonly method: string;
  /** As it goes over the wire, encoded. */
  readonly path: string;
  /** Encoded names and values. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Lower-case names; with `host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SigningScope {
  readonly region: string;
  readonly service: string;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** AWS Signature Version 4 in headers: those to be added, for any service but S3. */
export function signatureHeaders(
  request: SignedRequest,
  credentials: AwsCredentials,
  { region, service, time }: SigningScope,
): Readonly<Record<string, string>> {
  const date = new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const added: Record<string, string> = { 'x-amz-date': date };
  if (credentials.sessionToken !== undefined) added['x-amz-security-token'] = credentials.sessionToken;
  const headers = Object.entries({ ...request.headers, ...added }).sort(byName);
  const names = headers.map(([name]) => name).join(';');
  const canonical = [
    request.method,
    canonicalPath(request.path),
    [...request.query]
      .sort(byNameAndValue)
      .map(([name, value]) => `${name}=${value}`)
      .join('&'),
    ...headers.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256Hex(request.body),
  ].join('\n');
  const scope = `${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${scope}\n${sha256Hex(canonical)}`;
  const key = [date.slice(0, 8), region, service, 'aws4_request'].reduce<string | Buffer>(
    (key, part) => hmac(key, part),
    `AWS4${credentials.secretAccessKey}`,
  );
  const signature = hmac(key, toSign).toString('hex');
  return {
    ...added,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** All but the unreserved characters of RFC 3986, which is more than `encodeURIComponent` encodes. */
export function encodeComponent(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Every service but S3 encodes what is encoded already once more. */
function canonicalPath(path: string): string {
  return path.split('/').map(encodeComponent).join('/');
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function byNameAndValue(one: readonly [string, string], other: readonly [string, string]): number {
  return byName(one, other) || byName([one[1], ''], [other[1], '']);
}
