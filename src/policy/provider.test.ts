import { describe, expect, it } from 'vitest';
import { presetNames, presets } from './preset.ts';
import { parseSpec, problemsOf } from './testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
  ['{}', 'error spec.schema is missing — add schema: openai, anthropic or openai-compatible, or a preset'],
  [
    '5',
    'error spec 5 is not a map — write a map with schema, preset, endpoint, network, credential, tls, headers, body, connectTimeout or passthrough',
  ],
  [
    '[]',
    'error spec an empty list is not a map — write a map with schema, preset, endpoint, network, credential, tls, headers, body, connectTimeout or passthrough',
  ],
  [
    '{schema: gemini}',
    'error spec.schema gemini is not served yet — served: openai, openai-compatible or anthropic; for the OpenAI-compatible API of this service: preset: gemini',
  ],
  [
    '{schema: mistral}',
    'error spec.schema mistral is not served yet — served: openai, openai-compatible or anthropic; for the OpenAI-compatible API of this service: preset: mistral',
  ],
  [
    '{schema: opanai}',
    'error spec.schema "opanai" is not a schema — write openai; served: openai, openai-compatible or anthropic',
  ],
  ['{schema: 5}', 'error spec.schema 5 is not a schema — write openai, openai-compatible or anthropic'],
  [
    '{schema: openai-compatible}',
    'error spec.endpoint is missing: openai-compatible has no address of its own — add endpoint: http://localhost:8000/v1, or whatever the address is',
  ],
  [
    '{schema: anthropic, preset: groq}',
    'error spec.schema anthropic contradicts preset groq, which is openai-compatible — remove schema or preset',
  ],
  [
    '{preset: grok}',
    'error spec.preset "grok" is not a possible value — write groq (possible: baseten, cerebras, cohere, deepinfra, deepseek, fireworks, gemini, groq, huggingface, hunyuan, lmstudio, mistral, nvidia, ollama, openrouter, sambanova, together, vllm or xai)',
  ],
  [
    '{schema: openai, network: pubic, credential: {none: {}}}',
    'error spec.network "pubic" is not a possible value — write public (possible: public or private)',
  ],
  [
    '{schema: openai, unknown: 1, credential: {none: {}}}',
    'error spec.unknown is not a known field — remove it; known here: schema, preset, endpoint, network, credential, tls, headers, body, connectTimeout or passthrough',
  ],
  [
    '{schema: openai, endpont: http://x, credential: {none: {}}}',
    'error spec.endpont is not a known field — write endpoint',
  ],
  [
    '{schema: openai}',
    'warning spec.credential is missing: api.openai.com refuses requests unless the caller’s key brings its own — add credential: {none: {}} if that is meant, or apiKey: {env: NAME}, or in a cluster {secretKeyRef: {name: …, key: …}}',
  ],
  [
    '{schema: openai, credential: sk-secret-value-1}',
    'error spec.credential a text stands here instead of a map — write none: {}, or apiKey: {env: NAME}, or in a cluster {secretKeyRef: {name: …, key: …}}',
  ],
  [
    '{schema: openai, credential: {apiKey: sk-secret-value-1}}',
    'error spec.credential.apiKey a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  [
    '{schema: openai, credential: {apiKey: {value: sk-secret-value-1}}}',
    'error spec.credential.apiKey.value is not a known field — remove it; known here: env, file or secretKeyRef',
  ],
  [
    '{schema: openai, credential: {apikey: {env: X}}}',
    'error spec.credential.apikey is not a known field — write apiKey',
  ],
  [
    '{schema: openai, credential: {apiKey: {env: sk-secret-value-1}}}',
    'error spec.credential.apiKey.env the value (not repeated here) is not the name of an environment variable — write the name of a variable, such as OPENAI_API_KEY, never the secret itself',
  ],
  [
    '{schema: openai, credential: {apiKey: {env: 5}}}',
    'error spec.credential.apiKey.env a number is not a text — write the name of a variable, such as OPENAI_API_KEY, never the secret itself',
  ],
  [
    '{schema: openai, credential: {apiKey: {file: ""}}}',
    'error spec.credential.apiKey.file the value (not repeated here) is not a path — write a path, relative to the folder of this document, such as secrets/openai',
  ],
  [
    '{schema: openai, credential: {apiKey: {env: A, file: b}}}',
    'error spec.credential.apiKey env and file are given together — keep exactly one of env, file or secretKeyRef',
  ],
  [
    '{schema: openai, credential: {apiKey: {}}}',
    'error spec.credential.apiKey is empty — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  [
    '{schema: openai, credential: {}}',
    'error spec.credential is empty — write none: {}, or apiKey: {env: NAME}, or in a cluster {secretKeyRef: {name: …, key: …}}',
  ],
  [
    '{schema: openai, credential: {apiKey: {env: A}, none: {}}}',
    'error spec.credential apiKey and none are given together — keep exactly one of apiKey or none',
  ],
  [
    '{schema: openai, credential: {aws: {region: eu-west-1}}}',
    'error spec.credential.aws is not served by this version — use apiKey or none',
  ],
  [
    '{schema: openai, credential: {apiKey: {secretKeyRef: {name: Bad_Name, key: a}}}}',
    'error spec.credential.apiKey.secretKeyRef.name "Bad_Name" is not a name — use lower-case letters, digits, - and ., beginning and ending with a letter or digit',
  ],
  [
    '{schema: openai, credential: {apiKey: {secretKeyRef: {name: a, key: "a b"}}}}',
    'error spec.credential.apiKey.secretKeyRef.key the value (not repeated here) is not a key of a Secret — use letters, digits, - _ and .',
  ],
  ['{schema: openai, credential: {none: {x: 1}}}', 'error spec.credential.none.x is not a known field — remove it'],
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
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {host: x}}}',
    'error spec.headers.set.host host belongs to the connection, not to policy — remove it; the gateway sets it',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {Content-Length: "5"}}}',
    'error spec.headers.set.Content-Length content-length belongs to the connection, not to policy — remove it; the gateway sets it',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {Connection: close}}}',
    'error spec.headers.set.Connection connection belongs to the connection, not to policy — remove it; the gateway sets it',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {":path": /x}}}',
    'error spec.headers.set[":path"] ":path" is not a header name — use letters, digits and -, such as x-team',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {Authorization: Bearer hunter2}}}',
    'error spec.headers.set.Authorization authorization carries credentials — remove it and use a credential: apiKey: {env: NAME}, or in a cluster {secretKeyRef: {name: …, key: …}}',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {x-sluice-profile: x}}}',
    'error spec.headers.set.x-sluice-profile x-sluice-profile is internal to the gateway — use a name that does not begin with x-sluice-',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {remove: [X-Envoy-Retry-On]}}',
    'error spec.headers.remove[0] x-envoy-retry-on is internal to the gateway — use a name that does not begin with x-envoy-',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {"x team": ai}}}',
    'error spec.headers.set["x team"] "x team" is not a header name — use letters, digits and -, such as x-team',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {x-team: "a\\r\\nx-evil: hunter2"}}}',
    'error spec.headers.set.x-team the value holds a control character — write one line of text without control characters',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: {x-team: 5}}}',
    'error spec.headers.set.x-team a number stands here instead of a text — put it in quotes',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {set: [x-team]}}',
    'error spec.headers.set a list is not a map — write a map: {name: value}',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {remove: x-team}}',
    'error spec.headers.remove "x-team" is not a list — write a list: [ … ]',
  ],
  [
    '{schema: openai, credential: {none: {}}, headers: {remove: [x-a, X-A]}}',
    'error spec.headers.remove[1] "x-a" stands here twice — remove one of them',
  ],
  [
    '{schema: openai, credential: {none: {}}, body: {set: {model: x}}}',
    'error spec.body.set.model model is decided by the gateway — name the provider’s model in a target of a Model',
  ],
  [
    '{schema: openai, credential: {none: {}}, body: {remove: [stream]}}',
    'error spec.body.remove[0] stream is decided by the gateway — leave it to the caller',
  ],
  [
    '{schema: openai, credential: {none: {}}, body: {set: {seed: .nan}}}',
    'error spec.body.set.seed NaN has no form in JSON — write a finite number, or a text in quotes',
  ],
  [
    '{schema: openai, credential: {none: {}}, body: {set: {seed: .inf}}}',
    'error spec.body.set.seed Infinity has no form in JSON — write a finite number, or a text in quotes',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: 5}',
    'error spec.connectTimeout 5 has no unit — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: 5 seconds}',
    'error spec.connectTimeout "5 seconds" is not a duration — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: 0s}',
    'error spec.connectTimeout 0s is shorter than 1ms — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: 1h}',
    'error spec.connectTimeout 1h is longer than 5m — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: -5s}',
    'error spec.connectTimeout "-5s" is not a duration — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: true}',
    'error spec.connectTimeout true is not a duration — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, connectTimeout: 0.1ms}',
    'error spec.connectTimeout "0.1ms" is finer than a millisecond — write a duration from 1ms to 5m with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{schema: openai, credential: {none: {}}, passthrough: {paths: [/v2/audio]}}',
    'error spec.passthrough.paths[0] "/v2/audio" is not a path below /v1/ — write a path such as /v1/audio/speech; * may stand at the end: /v1/audio/*',
  ],
  [
    '{schema: openai, credential: {none: {}}, passthrough: {paths: [/v1/../admin]}}',
    'error spec.passthrough.paths[0] "/v1/../admin" is not a path below /v1/ — write a path such as /v1/audio/speech; * may stand at the end: /v1/audio/*',
  ],
  [
    '{schema: openai, credential: {none: {}}, passthrough: {paths: ["/v1/*/x"]}}',
    'error spec.passthrough.paths[0] "/v1/*/x" is not a path below /v1/ — write a path such as /v1/audio/speech; * may stand at the end: /v1/audio/*',
  ],
  [
    '{schema: openai, credential: {none: {}}, passthrough: ["/v1/audio/*"]}',
    'error spec.passthrough a list is not a map — write a map with paths',
  ],
];

describe('Provider', () => {
  it('needs nothing but schema and credential', () => {
    expect(specOf('{schema: openai, credential: {apiKey: {env: OPENAI_API_KEY}}}')).toEqual({
      schema: 'openai',
      endpoint: { url: 'https://api.openai.com/v1', protocol: 'https', host: 'api.openai.com', port: 443, path: '/v1' },
      network: 'public',
      credential: { apiKey: { env: 'OPENAI_API_KEY' } },
      headers: { set: {}, remove: [] },
      body: { set: {}, remove: [] },
      connectTimeout: 5000,
      passthrough: { paths: [] },
    });
  });

  it('takes everything that can be said', () => {
    const spec = `
      schema: anthropic
      endpoint: https://anthropic.internal.example:8443/proxy/v1/
      network: private
      credential: {apiKey: {file: secrets/anthropic}}
      tls: {ca: {file: ca.pem}, clientCertificate: {certificate: {file: a}, key: {env: KEY}}, serverName: real.example}
      headers: {set: {X-Team: ai, anthropic-version: "2023-06-01"}, remove: [X-Debug]}
      body: {set: {store: false, nested: {a: [1, null]}}, remove: [metadata]}
      connectTimeout: 250ms
      passthrough: {paths: ["/v1/audio/*", /v1/files]}`;
    expect(specOf(spec)).toEqual({
      schema: 'anthropic',
      endpoint: {
        url: 'https://anthropic.internal.example:8443/proxy/v1',
        protocol: 'https',
        host: 'anthropic.internal.example',
        port: 8443,
        path: '/proxy/v1',
      },
      network: 'private',
      credential: { apiKey: { file: 'secrets/anthropic' } },
      tls: {
        ca: { file: 'ca.pem' },
        clientCertificate: { certificate: { file: 'a' }, key: { env: 'KEY' } },
        serverName: 'real.example',
      },
      headers: { set: { 'x-team': 'ai', 'anthropic-version': '2023-06-01' }, remove: ['x-debug'] },
      body: { set: { store: false, nested: { a: [1, null] } }, remove: ['metadata'] },
      connectTimeout: 250,
      passthrough: { paths: ['/v1/audio/*', '/v1/files'] },
    });
  });

  it('takes schema and endpoint from a preset', () => {
    expect(specOf('{preset: groq, credential: {apiKey: {env: GROQ_API_KEY}}}')).toMatchObject({
      schema: 'openai-compatible',
      endpoint: { url: 'https://api.groq.com/openai/v1' },
    });
  });

  it('lets an endpoint of its own win over that of the preset', () => {
    expect(specOf('{preset: vllm, endpoint: "http://gpu.example:9000/v1"}')).toMatchObject({
      endpoint: { url: 'http://gpu.example:9000/v1', protocol: 'http', port: 9000 },
    });
  });

  it.each(presetNames)('has a preset %s that can be used', (preset) => {
    const spec = specOf(`{preset: ${preset}, credential: {apiKey: {env: A_KEY}}}`);
    expect(spec).toMatchObject({ preset, endpoint: { url: presets[preset].endpoint } });
  });

  it('asks for no credential where servers usually want none', () => {
    expect(problemsOf('Provider', '{preset: ollama}')).toEqual([]);
    expect(specOf('{preset: ollama}')).toMatchObject({ credential: { none: {} } });
  });

  it('reads addresses of IPv6 without their brackets', () => {
    expect(specOf('{schema: openai-compatible, endpoint: "http://[::1]:8000/v1"}')).toMatchObject({
      endpoint: { host: '::1', port: 8000, path: '/v1' },
    });
  });

  it('leaves an endpoint without path alone if it ends with a slash', () => {
    expect(problemsOf('Provider', '{schema: openai-compatible, endpoint: "http://localhost:8000/"}')).toEqual([]);
  });

  it('takes null for not given, as YAML writes an empty field', () => {
    expect(problemsOf('Provider', '{schema: openai, credential: {none: }, headers: , tls: ~}')).toEqual([]);
  });

  it('keeps a body field named __proto__ a field', () => {
    const spec = specOf('{preset: ollama, body: {set: {__proto__: {polluted: true}}}}');
    expect(JSON.stringify(spec)).toContain('"__proto__":{"polluted":true}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Provider', spec)).toEqual([problem]);
  });

  it('repeats nothing that may be a secret', () => {
    const all = badSpecs.flatMap(([spec]) => problemsOf('Provider', spec));
    expect(all.join()).not.toMatch(/hunter2|sk-secret/);
  });
});

function specOf(spec: string): unknown {
  return parseSpec('Provider', spec).documents[0]?.spec;
}
