import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from './testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
  [
    '{schema: openai-compatible}',
    'error spec.endpoint is missing: openai-compatible has no address of its own — add endpoint: http://localhost:8000/v1, or whatever the address is',
  ],
  [
    '{schema: openai-compatible, endpoint: api.example.com/v1}',
    'error spec.endpoint api.example.com/v1 does not begin with http:// or https:// — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: "ftp://example.com/v1"}',
    'error spec.endpoint ftp://example.com/v1 does not begin with http:// or https:// — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: "https://user:hunter2@example.com/v1"}',
    'error spec.endpoint has credentials in the URL (not repeated here) — remove them; use credential',
  ],
  [
    '{schema: openai-compatible, endpoint: "https://example.com/v1?key=hunter2"}',
    'error spec.endpoint has a query or fragment (not repeated here) — remove what follows ? or #',
  ],
  [
    '{schema: openai-compatible, endpoint: "https://example.com/v1#hunter2"}',
    'error spec.endpoint has a query or fragment (not repeated here) — remove what follows ? or #',
  ],
  [
    '{schema: openai-compatible, endpoint: "https://"}',
    'error spec.endpoint https:// is not a URL — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: "https://example.com:99999/v1"}',
    'error spec.endpoint https://example.com:99999/v1 is not a URL — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: "https://example.com:0/v1"}',
    'error spec.endpoint https://example.com:0/v1 has port 0 — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: 5}',
    'error spec.endpoint a number stands here instead of a URL — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: "http://exa mple.com/v1"}',
    'error spec.endpoint has spaces or control characters in it — write an address such as https://api.example.com/v1',
  ],
  [
    '{schema: openai-compatible, endpoint: "http://localhost:8000"}',
    'warning spec.endpoint http://localhost:8000 has no path, so requests go to /chat/completions and the like — most services expect http://localhost:8000/v1; write http://localhost:8000/ if it is meant',
  ],
  [
    '{schema: openai-compatible, endpoint: "http://example.com/v1", credential: {apiKey: {env: A}}}',
    'warning spec.endpoint http://example.com/v1 is not encrypted, so the API key can be read on the way — use https, or say network: private if the way is yours',
  ],
  [
    '{schema: openai-compatible, endpoint: "http://example.com/v1", tls: {serverName: a}}',
    'error spec.tls is given, but http://example.com/v1 is not https — write https, or remove tls',
  ],
  [
    '{schema: openai, credential: {none: {}}, tls: {serverName: "https://x"}}',
    'error spec.tls.serverName "https://x" is not a host name — write a host name such as api.example.com',
  ],
  [
    '{schema: openai, credential: {none: {}}, tls: {ca: ca.pem}}',
    'error spec.tls.ca a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  [
    '{schema: openai, credential: {none: {}}, tls: {clientCertificate: {certificate: {file: a}}}}',
    'error spec.tls.clientCertificate.key is missing — add key: private key as PEM',
  ],
];

describe('the endpoint of a Provider', () => {
  it('takes schema and endpoint from a preset', () => {
    expect(specOf('Provider', '{preset: groq, credential: {apiKey: {env: GROQ_API_KEY}}}')).toMatchObject({
      schema: 'openai-compatible',
      endpoint: { url: 'https://api.groq.com/openai/v1' },
    });
  });

  it('lets an endpoint of its own win over that of the preset', () => {
    expect(specOf('Provider', '{preset: vllm, endpoint: "http://gpu.example:9000/v1"}')).toMatchObject({
      endpoint: { url: 'http://gpu.example:9000/v1', protocol: 'http', port: 9000 },
    });
  });

  it('reads addresses of IPv6 without their brackets', () => {
    expect(specOf('Provider', '{schema: openai-compatible, endpoint: "http://[::1]:8000/v1"}')).toMatchObject({
      endpoint: { host: '::1', port: 8000, path: '/v1' },
    });
  });

  it('leaves an endpoint without path alone if it ends with a slash', () => {
    expect(problemsOf('Provider', '{schema: openai-compatible, endpoint: "http://localhost:8000/"}')).toEqual([]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Provider', spec)).toEqual([problem]);
  });

  it('repeats nothing that may be a secret', () => {
    const all = badSpecs.flatMap(([spec]) => problemsOf('Provider', spec));
    expect(all.join()).not.toMatch(/hunter2|sk-secret/);
  });
});
