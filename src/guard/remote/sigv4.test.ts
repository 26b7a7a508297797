import { describe, expect, it } from 'vitest';
import { encodeComponent, signatureHeaders } from './sigv4.ts';

// The vendor's published example key, which opens nothing.
const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const scope = { region: 'us-east-1', service: 'service', time: Date.parse('2015-08-30T12:36:00Z') };
const unreserved = '-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

type Vector = readonly [
  name: string,
  method: string,
  query: readonly (readonly [string, string])[],
  headers: Readonly<Record<string, string>>,
  body: string,
  signature: string,
];

/** Of AWS's signature test suite. */
const vectors: readonly Vector[] = [
  ['get-vanilla', 'GET', [], {}, '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-query-order-key-case',
    'GET',
    [
      ['Param2', 'value2'],
      ['Param1', 'value1'],
    ],
    {},
    '',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'get-vanilla-query-unreserved',
    'GET',
    [[unreserved, unreserved]],
    {},
    '',
    '9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197',
  ],
  ['post-vanilla', 'POST', [], {}, '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'post-vanilla-query',
    'POST',
    [['Param1', 'value1']],
    {},
    '',
    '28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11',
  ],
  [
    'post-header-value-case',
    'POST',
    [],
    { 'my-header1': 'VALUE1' },
    '',
    'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
  ],
  [
    'post-x-www-form-urlencoded',
    'POST',
    [],
    { 'content-type': 'application/x-www-form-urlencoded' },
    'Param1=value1',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
];

describe('the signature of AWS', () => {
  it.each(vectors)('agrees with the test suite on %s', (_name, method, query, headers, body, signature) => {
    const signed = signatureHeaders(
      { method, path: '/', query, headers: { host: 'example.amazonaws.com', ...headers }, body },
      { ...key, sessionToken: undefined },
      scope,
    );
    expect(signed['x-amz-date']).toBe('20150830T123600Z');
    expect(signed.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/aws4_request, SignedHeaders=/,
    );
    expect(signed.authorization?.split('Signature=')[1]).toBe(signature);
  });

  it('agrees with the test suite on get-vanilla-with-session-token', () => {
    const sessionToken = '6e86291e8372ff2a2260956d9b8aae1d763fbf315fa00fa31553b73ebf194267';
    const request = { method: 'GET', path: '/', query: [], headers: { host: 'example.amazonaws.com' }, body: '' };
    const signed = signatureHeaders(request, { ...key, sessionToken }, scope);
    expect(signed['x-amz-security-token']).toBe(sessionToken);
    expect(signed.authorization).toContain(
      'Signature=07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8',
    );
  });

  /** Expected values are those of botocore 1.43.11. */
  it.each([
    [
      'abc123',
      '1',
      undefined,
      '{"source":"INPUT"}',
      '404e5bcbe3d9478beb6048bf231ce8784251b9bda1afc90982df1fad9114e195',
    ],
    [
      'arn:aws:bedrock:eu-central-1:123456789012:guardrail/abc123',
      'DRAFT',
      'TOKEN',
      '{"source":"OUTPUT","t":"ü"}',
      'f629b936667d9ab31f3b5901178068f36fa95681bc49d6433ded0c92c6a72485',
    ],
  ])('agrees with another implementation about guardrail %s', (id, version, sessionToken, body, signature) => {
    const signed = signatureHeaders(
      {
        method: 'POST',
        path: `/guardrail/${encodeComponent(id)}/version/${version}/apply`,
        query: [],
        headers: { host: 'bedrock-runtime.eu-central-1.amazonaws.com', 'content-type': 'application/json' },
        body,
      },
      { ...key, sessionToken },
      { region: 'eu-central-1', service: 'bedrock', time: Date.parse('2026-09-03T12:00:00Z') },
    );
    expect(signed.authorization).toContain(`Signature=${signature}`);
  });
});
