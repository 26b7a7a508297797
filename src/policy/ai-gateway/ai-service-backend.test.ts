import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  [
    '{}',
    'error spec.schema is missing — add schema: the API that the backend speaks',
    'error spec.backendRef is missing — add backendRef: where it is',
  ],
  ['{schema: {name: OpenAI}}', 'error spec.backendRef is missing — add backendRef: where it is'],
  [
    '{schema: {name: openai}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.schema.name "openai" is not a possible value — write OpenAI (possible: OpenAI, Anthropic, AzureOpenAI, AWSBedrock, AWSAnthropic, AWSOpenAI, GCPVertexAI, GCPAnthropic, GoogleAIStudio, Cohere, HuggingFaceTEI or TypeSafe)',
  ],
  [
    '{schema: {}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.schema.name is missing — add name: the API that the backend speaks',
  ],
  [
    '{schema: OpenAI, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.schema "OpenAI" is not a map — write a map with name, version or prefix',
  ],
  [
    '{schema: {name: OpenAI, prefix: "/v1/../admin"}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.schema.prefix "/v1/../admin" is not a path — write a path such as /v1, with or without slash',
  ],
  [
    '{schema: {name: OpenAI, prefix: "https://a/v1"}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.schema.prefix "https://a/v1" is not a path — write a path such as /v1, with or without slash',
  ],
  [
    '{schema: {name: OpenAI, version: 2}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.schema.version 2 is not a text — put it in quotes: "2"',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a}}',
    'error spec.backendRef.port is missing: Service a may have several — add port: 8080',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a, kind: Backend}}',
    'error spec.backendRef.group "" is not that of a Backend or a Service — write group: gateway.envoyproxy.io, kind: Backend',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a, kind: ServiceImport, group: multicluster.x-k8s.io}}',
    'error spec.backendRef.kind "ServiceImport" is not that of a Backend or a Service — write group: gateway.envoyproxy.io, kind: Backend',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}, responseBodyMutation: {remove: [a]}}',
    'error spec.responseBodyMutation is not served: bodies of responses are not changed — remove it',
  ],
  [
    '{schema: {name: AWSAnthropic}, backendRef: {name: a, port: 1}, headerValueFilters: [{name: anthropic-beta, remove: [a]}]}',
    'error spec.headerValueFilters is not served: single values of a header are not left out — remove it; headerMutation removes or sets whole headers',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}, bodyMutation: {set: [{path: a, value: "1"}, {path: a, value: "2"}]}}',
    'error spec.bodyMutation.set[1].path a stands here twice — remove one of them',
  ],
  [
    '{apischema: {name: OpenAI}, backendRef: {name: a, kind: Backend, group: gateway.envoyproxy.io}}',
    'error spec.apischema is not a known field — write schema',
    'error spec.schema is missing — add schema: the API that the backend speaks',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a, port: 1}, backendSecurityPolicyRef: {name: a, kind: SecurityPolicy, group: gateway.envoyproxy.io}}',
    'error spec.backendSecurityPolicyRef SecurityPolicy of "gateway.envoyproxy.io" is no BackendSecurityPolicy — write group: aigateway.envoyproxy.io, kind: BackendSecurityPolicy',
  ],
  [
    '{schema: {name: OpenAI}, backendRef: {name: a, port: 1}, timeouts: {request: 60s}}',
    'warning spec.timeouts is not served yet: rules of routes and BackendTrafficPolicies say how long an answer may take — remove it; the rest is in force',
  ],
];

describe('AIServiceBackend', () => {
  it('is in front of a Backend or of a Service', () => {
    expect(
      specOf(
        'AIServiceBackend',
        '{schema: {name: OpenAI}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: a}}',
      ),
    ).toEqual({
      schema: { name: 'OpenAI' },
      backendRef: { group: 'gateway.envoyproxy.io', kind: 'Backend', name: 'a' },
    });
    expect(
      specOf('AIServiceBackend', '{schema: {name: Anthropic, prefix: /v1}, backendRef: {name: a, port: 8080}}'),
    ).toEqual({
      schema: { name: 'Anthropic', prefix: '/v1' },
      backendRef: { group: '', kind: 'Service', name: 'a', port: 8080 },
    });
  });

  it.each(['v1', '/v1', '/v1/', '', '/', 'compatibility/v1', '/v1beta/openai'])('may have the prefix %j', (prefix) => {
    const spec = `{schema: {name: OpenAI, prefix: ${JSON.stringify(prefix)}}, backendRef: {name: a, port: 1}}`;
    expect(problemsOf('AIServiceBackend', spec)).toEqual([]);
  });

  it.each([
    ['{name: OpenAI, version: v1}', 'v1'],
    ['{name: OpenAI, version: openai/v1}', 'openai/v1'],
    ['{name: OpenAI, version: /v1beta/openai/}', '/v1beta/openai/'],
    ['{name: OpenAI, version: v2, prefix: /v1beta/openai}', '/v1beta/openai'],
    ['{name: OpenAI, version: v2, prefix: ""}', ''],
    ['{name: Anthropic, version: v2}', undefined],
    ['{name: AzureOpenAI, version: 2025-01-01-preview}', undefined],
  ])('reads the version of OpenAI as its prefix, where there is none: %s', (schema, prefix) => {
    const spec = `{schema: ${schema}, backendRef: {name: a, port: 1}}`;
    const { schema: read } = specOf('AIServiceBackend', spec) as { schema: { prefix?: string } };
    expect(read.prefix).toBe(prefix);
  });

  it.each([
    ['v2', '/v2/'],
    ['/v1beta/openai/', '/v1beta/openai/'],
    ['/', '/'],
  ])('says where requests go because of the version %j', (version, path) => {
    const specWith = (more: string) =>
      `{schema: {name: OpenAI, version: ${version}${more}}, backendRef: {name: a, port: 1}}`;
    expect(problemsOf('AIServiceBackend', specWith(''))).toEqual([
      `warning spec.schema.version "${version}" is taken as the prefix, as in v1alpha1: requests go below ${path} — write prefix in its place, or remove it if /v1/ is meant`,
    ]);
    expect(problemsOf('AIServiceBackend', specWith(', prefix: v1'))).toEqual([]);
  });

  it.each(['v1', '/v1', '/v1/'])('has nothing to say of the version %j', (version) => {
    const spec = `{schema: {name: OpenAI, version: ${version}}, backendRef: {name: a, port: 1}}`;
    expect(problemsOf('AIServiceBackend', spec)).toEqual([]);
  });

  it.each(['2025-01-01-preview', '2024-10-21', '../admin', 'v1 beta'])('warns of %j, which is no prefix', (version) => {
    const spec = `{schema: {name: OpenAI, version: "${version}"}, backendRef: {name: a, port: 1}}`;
    expect(specOf('AIServiceBackend', spec)).toHaveProperty('schema', { name: 'OpenAI', version });
    expect(problemsOf('AIServiceBackend', spec)).toEqual([
      `warning spec.schema.version "${version}" has no effect: for OpenAI it would be the path in front, and is none — remove it, or write prefix`,
    ]);
  });

  it('serves the rest of one that could translate', () => {
    const spec =
      '{schema: {name: OpenAI, capabilities: {messagesTranslation: Responses}}, backendRef: {name: a, port: 1}}';
    expect(specOf('AIServiceBackend', spec)).toMatchObject({ schema: { name: 'OpenAI' }, backendRef: { name: 'a' } });
    expect(problemsOf('AIServiceBackend', spec)).toEqual([
      'warning spec.schema.capabilities is not served yet: no request is translated from one API into another — remove it; the rest is in force',
    ]);
  });

  it('serves the rest of one that says what a translation leaves out, and of one with a cache', () => {
    const spec =
      '{schema: {name: OpenAI, unsupportedFields: [thinking]}, backendRef: {name: a, port: 1}, contextCache: {url: "redis:6379", defaultTTL: 600s}}';
    expect(specOf('AIServiceBackend', spec)).toMatchObject({ schema: { name: 'OpenAI' }, backendRef: { name: 'a' } });
    expect(problemsOf('AIServiceBackend', spec)).toEqual([
      'warning spec.schema.unsupportedFields is not served yet: no request is translated from one API into another — remove it; the rest is in force',
      'warning spec.contextCache is not served yet: no cache is kept at a provider on behalf of its callers — remove it; the rest is in force',
    ]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('AIServiceBackend', spec)).toEqual(problems);
  });
});
