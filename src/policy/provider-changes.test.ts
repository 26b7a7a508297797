import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from './testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
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
];

describe('what a Provider changes in requests', () => {
  it('keeps a body field named __proto__ a field', () => {
    const spec = specOf('Provider', '{preset: ollama, body: {set: {__proto__: {polluted: true}}}}');
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
