import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../parse.ts';
import { parseSpec, problemsOf, specOf } from '../testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, ...string[]])[] = [
  ['{}', 'error spec.rules is missing — add rules: which models are answered by whom'],
  ['{rules: []}', 'error spec.rules is empty — add a rule with backendRefs'],
  [
    '{rules: [{backendRefs: [{}]}]}',
    'error spec.rules[0].backendRefs[0].name is missing — add name: name of an AIServiceBackend',
  ],
  [
    '{rules: [{backendRefs: [{name: ""}]}]}',
    'error spec.rules[0].backendRefs[0].name "" is not a name — use lower-case letters, digits, - and ., beginning and ending with a letter or digit',
  ],
  [
    '{rules: [{backendRefs: [{name: Open_AI}]}]}',
    'error spec.rules[0].backendRefs[0].name "Open_AI" is not a name — use lower-case letters, digits, - and ., beginning and ending with a letter or digit',
  ],
  [
    '{rules: [{backendRefs: [{name: a, weight: -1}]}]}',
    'error spec.rules[0].backendRefs[0].weight -1 is less than 0 — write a whole number from 0 to 1000000',
  ],
  [
    '{rules: [{backendRefs: [{name: a, weight: "1"}]}]}',
    'error spec.rules[0].backendRefs[0].weight "1" is not a whole number — write 1 without quotes',
  ],
  [
    '{rules: [{backendRefs: [{name: a, priority: -1}]}]}',
    'error spec.rules[0].backendRefs[0].priority -1 is less than 0 — write a whole number from 0 to 127',
  ],
  [
    '{rules: [{backendRefs: [{name: a, priority: 1}]}]}',
    'error spec.rules[0].backendRefs[0].priority 1 is given, but no backend has 0 — number them 0, 1, 2 without holes',
  ],
  [
    '{rules: [{backendRefs: [{name: a}, {name: b, priority: 2}]}]}',
    'error spec.rules[0].backendRefs[1].priority 2 is given, but no backend has 1 — number them 0, 1, 2 without holes',
  ],
  [
    '{rules: [{backendRefs: [{name: pool, group: Inference, kind: InferencePool}]}]}',
    'error spec.rules[0].backendRefs[0].group "Inference" is not an API group — write a group such as gateway.envoyproxy.io, or ""',
  ],
  [
    '{rules: [{backendRefs: [{name: a}], mirrors: [{backendRef: {name: b}}]}], responseCache: {enabled: true}}',
    'warning spec.rules[0].mirrors is not served yet: a request goes to one backend at a time — remove it; the rest is in force',
    'warning spec.responseCache is not served yet: answers are not kept — remove it; the rest is in force',
  ],
  [
    '{rules: [{backendRefs: [{name: a, modelNameOverride: "gpt 4"}]}]}',
    'error spec.rules[0].backendRefs[0].modelNameOverride "gpt 4" is not a model name — use ASCII letters, digits and . _ : / @ + - without spaces, such as openai/gpt-4o',
  ],
  [
    '{rules: [{backendRefs: [{name: a, namespace: Team_A}]}]}',
    'error spec.rules[0].backendRefs[0].namespace "Team_A" is not a DNS label — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit',
  ],
  [
    '{rules: [{backendRefs: [{name: a, headerMutation: {set: [{name: x-a, value: b}, {name: X-A, value: c}]}}]}]}',
    'error spec.rules[0].backendRefs[0].headerMutation.set[1].name x-a stands here twice — remove one of them',
  ],
  [
    '{rules: [{backendRefs: [{name: a, headerMutation: {set: [{name: Authorization, value: replace-me}]}}]}]}',
    'error spec.rules[0].backendRefs[0].headerMutation.set[0].name authorization carries credentials — remove it and use a BackendSecurityPolicy',
  ],
  [
    '{rules: [{backendRefs: [{name: a, headerMutation: {remove: [host]}}]}]}',
    'error spec.rules[0].backendRefs[0].headerMutation.remove[0] host belongs to the connection, not to policy — remove it; the gateway sets it',
  ],
  [
    '{rules: [{backendRefs: [{name: a, bodyMutation: {set: [{path: a, value: scale}]}}]}]}',
    'error spec.rules[0].backendRefs[0].bodyMutation.set[0].value the value (not repeated here) is not JSON — write JSON as a text: "\\"scale\\"", "42", "true", "null"',
  ],
  [
    '{rules: [{backendRefs: [{name: a, bodyMutation: {set: [{path: a, value: 42}]}}]}]}',
    'error spec.rules[0].backendRefs[0].bodyMutation.set[0].value a number stands here instead of JSON text — write JSON as a text: "\\"scale\\"", "42", "true", "null"',
  ],
  [
    '{rules: [{backendRefs: [{name: a, bodyMutation: {set: [{path: model, value: \'"b"\'}]}}]}]}',
    'error spec.rules[0].backendRefs[0].bodyMutation.set[0].path model is decided by the gateway — use modelNameOverride',
  ],
  [
    '{rules: [{backendRefs: [{name: a, bodyMutation: {remove: [stream]}}]}]}',
    'error spec.rules[0].backendRefs[0].bodyMutation.remove[0] stream is decided by the caller — remove it',
  ],
  [
    '{rules: [{matches: [{headers: [{name: x-ai-eg-model, value: "("  , type: RegularExpression}]}]}]}',
    'error spec.rules[0].matches[0].headers[0].value missing closing ) (character 1) — write a pattern in RE2 syntax, such as gpt-4.*',
  ],
  [
    '{rules: [{matches: [{headers: [{name: x-ai-eg-model}]}]}]}',
    'error spec.rules[0].matches[0].headers[0].value is missing — add value: value to compare with',
  ],
  [
    '{rules: [{matches: [{headers: [{name: "a b", value: c}]}]}]}',
    'error spec.rules[0].matches[0].headers[0].name "a b" is not a name — use letters, digits and -, such as x-team',
  ],
  [
    '{rules: [{matches: [{headers: [{name: a, value: c, type: Prefix}]}]}]}',
    'error spec.rules[0].matches[0].headers[0].type "Prefix" is not a possible value — write Exact or RegularExpression',
  ],
  [
    '{rules: [{matches: [{path: {value: /}}]}]}',
    'error spec.rules[0].matches[0].path is not a known field — remove it; known here: headers',
  ],
  ['{rules: [{name: a}, {name: a}]}', 'error spec.rules[1].name a stands here twice — remove one of them'],
  ['{rules: [{name: route-not-found}]}', 'error spec.rules[0].name route-not-found is taken — choose another name'],
  [
    '{rules: [{timeouts: {request: 60}}]}',
    'error spec.rules[0].timeouts.request 60 is not a duration — write a duration such as 30s, 1m30s or 250ms',
  ],
  [
    '{rules: [{timeouts: {request: 10s, backendRequest: 1m}}]}',
    'error spec.rules[0].timeouts.backendRequest is longer than request, which holds all attempts — make it shorter, or request longer',
  ],
  [
    '{rules: [{streamIdleTimeout: 1.5s}]}',
    'error spec.rules[0].streamIdleTimeout "1.5s" is not a duration — write a duration such as 30s, 1m30s or 250ms',
  ],
  [
    '{rules: [{modelsCreatedAt: yesterday}]}',
    'error spec.rules[0].modelsCreatedAt "yesterday" is not a time — write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z',
  ],
  [
    '{parentRefs: [{name: a, kind: Service, group: ""}], rules: [{}]}',
    'error spec.parentRefs[0].kind Service is no Gateway — write Gateway',
  ],
  [
    '{parentRefs: [{name: a}, {name: a}], rules: [{}]}',
    'error spec.parentRefs[1] names Gateway a once more — give each its own sectionName',
  ],
  [
    '{parentRefs: [{name: a, port: 0}], rules: [{}]}',
    'error spec.parentRefs[0].port 0 is less than 1 — write a whole number from 1 to 65535',
  ],
  [
    '{hostnames: ["*"], rules: [{}]}',
    'error spec.hostnames[0] "*" is not a host name — write a host name in lower case; *. may stand in front: *.example.com',
  ],
  [
    '{hostnames: [AI.example.com], rules: [{}]}',
    'error spec.hostnames[0] "AI.example.com" is not a host name — write a host name in lower case; *. may stand in front: *.example.com',
  ],
  [
    '{llmRequestCosts: [{metadataKey: a, type: Tokens}], rules: [{}]}',
    'error spec.llmRequestCosts[0].type "Tokens" is not a possible value — write InputToken, CachedInputToken, CacheCreationInputToken, CachedWriteInputToken, OutputToken, ReasoningToken, TotalToken or CEL',
  ],
  [
    '{llmRequestCosts: [{metadataKey: a, type: CEL}], rules: [{}]}',
    'error spec.llmRequestCosts[0].cel is missing: type is CEL — add cel: input_tokens + output_tokens',
  ],
  [
    '{llmRequestCosts: [{metadataKey: a, type: TotalToken, cel: total_tokens}], rules: [{}]}',
    'error spec.llmRequestCosts[0].cel is given, but type is TotalToken — write type: CEL, or remove cel',
  ],
  [
    '{llmRequestCosts: [{metadataKey: a, type: TotalToken}, {metadataKey: a, type: InputToken}], rules: [{}]}',
    'error spec.llmRequestCosts[1].metadataKey a stands here twice — remove one of them',
  ],
  [
    '{rateLimitsFromHeaders: [{metadataKey: a, header: b}], rules: [{}]}',
    'warning spec.rateLimitsFromHeaders is not served yet: limits are not taken from requests — remove it; the rest is in force',
  ],
  [
    '{targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}], rules: [{}]}',
    'error spec.targetRefs[0].kind HTTPRoute is no Gateway — write Gateway',
  ],
  [
    '{parentRefs: [{name: a}], targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: a}], rules: [{}]}',
    'error spec.targetRefs are given beside parentRefs — write parentRefs only',
  ],
  ['{rules: [{backendrefs: [{name: a}]}]}', 'error spec.rules[0].backendrefs is not a known field — write backendRefs'],
  [
    '{rules: [{backendRefs: [{name: a, alias: b}]}]}',
    'warning spec.rules[0].backendRefs[0].alias is not served yet: callers do not choose the order of backends — remove it; the rest is in force',
  ],
];

describe('AIGatewayRoute', () => {
  it('needs nothing but a rule with a backend', () => {
    expect(specOf('AIGatewayRoute', '{rules: [{backendRefs: [{name: openai}]}]}')).toEqual({
      parentRefs: [],
      hostnames: [],
      rules: [
        {
          matches: [],
          backendRefs: [{ name: 'openai', weight: 1, priority: 0 }],
          timeouts: {},
          modelsOwnedBy: 'Envoy AI Gateway',
          excludeFromModelsEndpoint: false,
        },
      ],
      llmRequestCosts: [],
    });
  });

  it('has times in milliseconds, header names in lower case and body values parsed', () => {
    const spec = `{rules: [{
      matches: [{headers: [{name: X-AI-EG-Model, value: gpt-4o}, {name: x-ai-eg-model, value: never looked at}]}],
      backendRefs: [{name: a, headerMutation: {set: [{name: X-Team, value: a}], remove: [X-Debug]},
        bodyMutation: {set: [{path: service_tier, value: '"scale"'}, {path: a.b, value: '{"c": [1, null]}'}]}}],
      timeouts: {request: 1m30s}, streamIdleTimeout: 1h0m0s500ms, modelsCreatedAt: "2026-01-01T00:00:00Z"
    }]}`;
    expect(specOf('AIGatewayRoute', spec)).toMatchObject({
      rules: [
        {
          matches: [{ headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: 'gpt-4o' }] }],
          backendRefs: [
            {
              headerMutation: { set: [{ name: 'x-team', value: 'a' }], remove: ['x-debug'] },
              bodyMutation: {
                set: [
                  { path: 'service_tier', value: 'scale' },
                  { path: 'a.b', value: { c: [1, null] } },
                ],
                remove: [],
              },
            },
          ],
          timeouts: { request: 90_000 },
          streamIdleTimeout: 3_600_500,
          modelsCreatedAt: Date.UTC(2026, 0, 1),
        },
      ],
    });
  });

  it('is read in its older version, too, and under names with dots', () => {
    const text =
      'apiVersion: aigateway.envoyproxy.io/v1alpha1\nkind: AIGatewayRoute\nmetadata: {name: a.b}\nspec: {rules: [{}]}';
    const { documents, problems } = parseDocuments(text, 'a.yaml', '/');
    expect(problems).toEqual([]);
    expect(documents[0]?.id).toBe('AIGatewayRoute/a.b');
  });

  it('takes Gateways under the older name of the field, and remembers where they stand', () => {
    const gateway = { group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'a', sectionName: 'http' };
    const spec = specOf('AIGatewayRoute', `{targetRefs: [${JSON.stringify(gateway)}], parentRefs: [], rules: [{}]}`);
    expect(spec).toMatchObject({ parentRefs: [gateway], parentsField: 'targetRefs' });
    expect(spec).not.toHaveProperty('targetRefs');
  });

  it('says of what is not served that it is not its writing that is wrong', () => {
    const { problems } = parseSpec(
      'AIGatewayRoute',
      '{rules: [{backendRefs: [{name: a, alias: b}]}], responseCache: {enabled: true}}',
    );
    expect(problems.map(({ path, severity, reason }) => [path, severity, reason])).toEqual([
      ['spec.rules[0].backendRefs[0].alias', 'warning', 'UnsupportedValue'],
      ['spec.responseCache', 'warning', 'UnsupportedValue'],
    ]);
    expect(parseSpec('AIGatewayRoute', '{rules: [{name: a b}]}').problems[0]).not.toHaveProperty('reason');
  });

  it('takes what asks for nothing', () => {
    expect(problemsOf('AIGatewayRoute', '{rules: [{}], rateLimitsFromHeaders: []}')).toEqual([]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, ...problems) => {
    expect(problemsOf('AIGatewayRoute', spec)).toEqual(problems);
  });
});
