import { describe, expect, it } from 'vitest';
import { presetNames, presets } from './preset.ts';
import { problemsOf, specOf } from './testing/documents.ts';

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
    expect(specOf('Provider', '{schema: openai, credential: {apiKey: {env: OPENAI_API_KEY}}}')).toEqual({
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
    expect(specOf('Provider', spec)).toEqual({
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

  it('takes null for not given, as YAML writes an empty field', () => {
    expect(problemsOf('Provider', '{schema: openai, credential: {none: }, headers: , tls: ~}')).toEqual([]);
  });

  it.each(presetNames)('has a preset %s that can be used', (preset) => {
    const spec = specOf('Provider', `{preset: ${preset}, credential: {apiKey: {env: A_KEY}}}`);
    expect(spec).toMatchObject({ preset, endpoint: { url: presets[preset].endpoint } });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Provider', spec)).toEqual([problem]);
  });
});
