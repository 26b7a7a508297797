import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from '../testing/documents.ts';

const hash = '0123456789abcdef'.repeat(4);

/** Each bad entry alone, with everything that is said about it. */
const badEntries: readonly (readonly [string, string])[] = [
  [
    '{}',
    'error spec.extensions[0] is empty — write {wasm: {url: …, sha256: …}}, {lua: {inline: …}} or {extProc: {endpoint: …}}',
  ],
  ['{wsm: {}}', 'error spec.extensions[0].wsm is not a known field — write wasm'],
  [
    '{lua: {inline: x}, extProc: {endpoint: "http://a", request: {}}}',
    'error spec.extensions[0] lua and extProc are given together — keep exactly one of wasm, lua or extProc',
  ],
  [
    '{lua: {}}',
    'error spec.extensions[0].lua has none of inline, file or configMapKeyRef — say where the script is: {inline: …}, {file: path} or {configMapKeyRef: {name: …, key: …}}',
  ],
  [
    '{lua: {inline: x, file: y}}',
    'error spec.extensions[0].lua inline and file are given together — keep exactly one of inline, file or configMapKeyRef',
  ],
  ['{lua: {inline: ""}}', 'error spec.extensions[0].lua.inline "" is not a script — write a script in Lua'],
  [
    '{lua: {file: ""}}',
    'error spec.extensions[0].lua.file "" is not a path — write a path, relative to the folder of this document, such as scripts/tenant.lua',
  ],
  [
    '{lua: {configMapKeyRef: {name: scripts}}}',
    'error spec.extensions[0].lua.configMapKeyRef.key is missing — add key: key within the ConfigMap',
  ],
  [
    '{lua: {configMapKeyRef: {name: scripts, key: a/b}}}',
    'error spec.extensions[0].lua.configMapKeyRef.key "a/b" is not a key of a ConfigMap — use letters, digits, - _ and .',
  ],
  [
    '{lua: {inline: x, onFailure: ignore}}',
    'error spec.extensions[0].lua.onFailure "ignore" is not a possible value — write closed or open',
  ],
  [`{wasm: {sha256: ${hash}}}`, 'error spec.extensions[0].wasm.url is missing — add url: where Envoy fetches the code'],
  [
    '{wasm: {url: "https://a.example/a.wasm"}}',
    'error spec.extensions[0].wasm.sha256 is missing — add sha256: hash of the code: Envoy runs no other',
  ],
  [
    '{wasm: {url: "https://a.example/a.wasm", sha256: abc}}',
    'error spec.extensions[0].wasm.sha256 "abc" is not a SHA-256 — write 64 hexadecimal digits in lower case',
  ],
  [
    `{wasm: {url: waf.wasm, sha256: ${hash}}}`,
    'error spec.extensions[0].wasm.url "waf.wasm" is not an address — write an address such as https://files.example.com/filter.wasm',
  ],
  [
    `{wasm: {url: "https://a.example/a.wasm", sha256: ${hash}, env: [A=b]}}`,
    'error spec.extensions[0].wasm.env[0] "A=b" is not the name of an environment variable — write the name of a variable, such as WAF_MODE',
  ],
  [
    '{extProc: {request: {}}}',
    'error spec.extensions[0].extProc has none of endpoint or serviceRef — say where the processor is, such as endpoint: http://checker:9002',
  ],
  [
    '{extProc: {endpoint: "checker:9002", request: {}}}',
    'error spec.extensions[0].extProc.endpoint checker:9002 does not begin with http:// or https:// — write an address such as http://checker:9002',
  ],
  [
    '{extProc: {endpoint: "http://checker:9002/check", request: {}}}',
    'error spec.extensions[0].extProc.endpoint http://checker:9002/check has a path — write scheme, host and port only: gRPC has paths of its own',
  ],
  [
    '{extProc: {endpoint: "http://checker:9002"}}',
    'error spec.extensions[0].extProc sees nothing — add request: {}, response: {} or both',
  ],
  [
    '{extProc: {endpoint: "http://checker:9002", ca: {file: ca.pem}, request: {}}}',
    'error spec.extensions[0].extProc.ca is given, but connections are not encrypted — remove it, or write an endpoint with https://',
  ],
  [
    '{extProc: {endpoint: "http://checker:9002", request: {body: all}}}',
    'error spec.extensions[0].extProc.request.body "all" is not a possible value — write none, buffered or streamed',
  ],
  [
    '{extProc: {endpoint: "http://checker:9002", request: {}, messageTimeout: 1d}}',
    'error spec.extensions[0].extProc.messageTimeout 1d is longer than 1h — write a duration from 1ms to 1h with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{extProc: {serviceRef: {name: checker}, request: {}}}',
    'error spec.extensions[0].extProc.serviceRef.port is missing — add port: port of the Service',
  ],
];

describe('extensions of a GatewayPolicy', () => {
  it('refuse when they fail, unless told otherwise, and see little', () => {
    const spec = `{extensions: [
      {lua: {inline: x}},
      {wasm: {url: "https://a.example/a.wasm", sha256: ${hash}}},
      {extProc: {serviceRef: {name: checker, port: 9002}, request: {}}}
    ]}`;
    expect(parseSpec('GatewayPolicy', spec).documents[0]?.spec).toMatchObject({
      extensions: [
        { lua: { inline: 'x', onFailure: 'closed' } },
        { wasm: { url: 'https://a.example/a.wasm', sha256: hash, env: [], onFailure: 'closed' } },
        {
          extProc: {
            serviceRef: { name: 'checker', port: 9002 },
            messageTimeout: 200,
            request: { body: 'none', attributes: [] },
            onFailure: 'closed',
          },
        },
      ],
    });
  });

  it.each(badEntries)('say what is wrong with %s', (entry, problem) => {
    expect(problemsOf('GatewayPolicy', `{extensions: [${entry}]}`)).toEqual([problem]);
  });
});
