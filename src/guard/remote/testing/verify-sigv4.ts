import { createHash, createHmac } from 'node:crypto';
import type { FakeRequest } from './fake-service.ts';

const mostSkewMs = 5 * 60_000;

/**
 * Written apart from the signer, the way a service checks: from what came over the wire. Undefined: the signature is
 * right.
 */
export function signatureFault(
  request: FakeRequest,
  expected: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string },
  scope: { readonly region: string; readonly service: string },
): string | undefined {
  const authorization = request.headers.authorization ?? '';
  const parts =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (parts === null) return 'authorization';
  const [, accessKeyId, day = '', region, service, signed = '', signature] = parts;
  if (accessKeyId !== expected.accessKeyId) return 'access key';
  if (region !== scope.region || service !== scope.service) return 'scope';
  const date = request.headers['x-amz-date'] ?? '';
  if (!/^\d{8}T\d{6}Z$/.test(date) || !date.startsWith(day)) return 'date';
  const time = Date.parse(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - time) <= mostSkewMs)) return 'signature expired';
  const names = signed.split(';');
  const mandatory = ['content-type', 'host', 'x-amz-date'];
  if (expected.sessionToken !== undefined) mandatory.push('x-amz-security-token');
  if (!mandatory.every((name) => names.includes(name))) return 'signed headers';
  if (request.headers['x-amz-security-token'] !== expected.sessionToken) return 'session token';
  let canonical = `${request.method}\n`;
  for (const segment of request.path.split('/').slice(1)) {
    canonical += `/${encodeURIComponent(segment).replaceAll('*', '%2A').replaceAll("'", '%27')}`;
  }
  canonical += `\n${request.query}\n`;
  for (const name of names) canonical += `${name}:${request.headers[name]}\n`;
  canonical += `\n${signed}\n${createHash('sha256').update(request.body).digest('hex')}`;
  let key: Buffer = Buffer.from(`AWS4${expected.secretAccessKey}`);
  for (const part of [day, scope.region, scope.service, 'aws4_request']) {
    key = createHmac('sha256', key).update(part).digest();
  }
  const digest = createHash('sha256').update(canonical).digest('hex');
  const toSign = `AWS4-HMAC-SHA256\n${date}\n${day}/${scope.region}/${scope.service}/aws4_request\n${digest}`;
  return createHmac('sha256', key).update(toSign).digest('hex') === signature ? undefined : 'signature';
}
