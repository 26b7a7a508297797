import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from './testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
  ['{}', 'error spec.targets is missing — add targets: who is asked, in which order'],
  ['{targets: []}', 'error spec.targets is empty — give at least one target: {provider: NAME, model: NAME}'],
  ['{targets: {provider: a}}', 'error spec.targets a map is not a list — write a list: [ … ]'],
  [
    '{targets: [openai]}',
    'error spec.targets[0] "openai" is not a map — write a map with provider, model, priority, weight or pricing',
  ],
  ['{targets: [{model: x}]}', 'error spec.targets[0].provider is missing — add provider: name of a Provider'],
  [
    '{targets: [{provider: Open_AI}]}',
    'error spec.targets[0].provider "Open_AI" is not the name of a document — use lower-case letters, digits and -, at most 63, beginning and ending with a letter or digit; of another namespace: NAMESPACE/NAME',
  ],
  [
    '{targets: [{provider: a, weight: -1}]}',
    'error spec.targets[0].weight -1 is less than 0 — write a whole number from 0 to 1000000',
  ],
  [
    '{targets: [{provider: a, weight: 0.5}]}',
    'error spec.targets[0].weight 0.5 is not a whole number — write a whole number from 0 to 1000000',
  ],
  [
    '{targets: [{provider: a, weight: 1e30}]}',
    'error spec.targets[0].weight 1e+30 is more than 1000000 — write a whole number from 0 to 1000000',
  ],
  [
    '{targets: [{provider: a, weight: .nan}]}',
    'error spec.targets[0].weight NaN is not a whole number — write a whole number from 0 to 1000000',
  ],
  [
    '{targets: [{provider: a, weight: "70"}]}',
    'error spec.targets[0].weight "70" is not a whole number — write 70 without quotes',
  ],
  [
    '{targets: [{provider: a, weight: 0}, {provider: b, weight: 0}, {provider: c, priority: 1}]}',
    'error spec.targets no target of priority 0 has a weight above 0 — give one of them a weight, or remove them',
  ],
  [
    '{targets: [{provider: a, priority: 200}]}',
    'error spec.targets[0].priority 200 is more than 127 — write a whole number from 0 to 127',
  ],
  ['{targets: [{provider: a, model: 4.1}]}', 'error spec.targets[0].model 4.1 is not a text — put it in quotes: "4.1"'],
  [
    '{targets: [{provider: a, model: "gpt 4"}]}',
    'error spec.targets[0].model "gpt 4" is not a model name — use ASCII letters, digits and . _ : / @ + - without spaces, such as openai/gpt-4o',
  ],
  ['{targets: [{provider: a, wieght: 1}]}', 'error spec.targets[0].wieght is not a known field — write weight'],
  [
    '{targets: [{provider: a, model: x}, {provider: a, model: x}]}',
    'warning spec.targets[1] names provider a with the same model and priority as a target before it — add up their weights in one target',
  ],
  [
    '{name: "small*", targets: [{provider: a}]}',
    'error spec.name "small*" is not a model name — use ASCII letters, digits and . _ : / @ + - without spaces, such as openai/gpt-4o',
  ],
  [
    '{name: "", targets: [{provider: a}]}',
    'error spec.name "" is not a model name — use ASCII letters, digits and . _ : / @ + - without spaces, such as openai/gpt-4o',
  ],
  ['{aliases: [a, a], targets: [{provider: a}]}', 'error spec.aliases[1] "a" stands here twice — remove one of them'],
  [
    '{aliases: [example], targets: [{provider: a}]}',
    'error spec.aliases[0] example is the name of the model itself — remove it',
  ],
  [
    '{aliases: [2026-01-01, 5], targets: [{provider: a}]}',
    'error spec.aliases[1] 5 is not a text — put it in quotes: "5"',
  ],
  ['{aliases: gpt, targets: [{provider: a}]}', 'error spec.aliases "gpt" is not a list — write a list: [ … ]'],
  ['{targets: [{provider: a}], retry: {on: 429}}', 'error spec.retry.on 429 is not a list — write a list: [ … ]'],
  [
    '{targets: [{provider: a}], retry: {on: [4xx]}}',
    'error spec.retry.on[0] "4xx" is not a failure that can be retried — write a status from 400 to 599, or 5xx, connect, reset, timeout or bodyError',
  ],
  [
    '{targets: [{provider: a}], retry: {on: [200]}}',
    'error spec.retry.on[0] 200 is not the status of a failure — write a status from 400 to 599, or 5xx, connect, reset, timeout or bodyError',
  ],
  [
    '{targets: [{provider: a}], retry: {on: [429.5]}}',
    'error spec.retry.on[0] 429.5 is not the status of a failure — write a status from 400 to 599, or 5xx, connect, reset, timeout or bodyError',
  ],
  [
    '{targets: [{provider: a}], retry: {on: [body-error]}}',
    'error spec.retry.on[0] "body-error" is not a failure that can be retried — write bodyError',
  ],
  [
    '{targets: [{provider: a}], retry: {on: ["429"]}}',
    'error spec.retry.on[0] "429" is a text — write 429 without quotes',
  ],
  [
    '{targets: [{provider: a}], retry: {on: [null]}}',
    'error spec.retry.on[0] null is not a failure that can be retried — write a status from 400 to 599, or 5xx, connect, reset, timeout or bodyError',
  ],
  [
    '{targets: [{provider: a}], retry: {attemptTimeout: 2d}}',
    'error spec.retry.attemptTimeout 2d is longer than 1d — write a duration from 1ms to 1d with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{targets: [{provider: a}], retry: {idleTimeout: 60}}',
    'error spec.retry.idleTimeout 60 has no unit — write a duration from 1ms to 1d with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{targets: [{provider: a}], retry: {firstTokenTimeout: soon}}',
    'error spec.retry.firstTokenTimeout "soon" is not a duration — write a duration from 1ms to 1h with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{targets: [{provider: a}], retry: {affinity: {header: "x id"}}}',
    'error spec.retry.affinity.header "x id" is not a header name — use letters, digits and -, such as x-team',
  ],
  [
    '{targets: [{provider: a}], retry: {affinity: x-id}}',
    'error spec.retry.affinity "x-id" is not a map — write a map with header',
  ],
  [
    '{targets: [{provider: a}], retry: {coolDown: {failures: -1}}}',
    'error spec.retry.coolDown.failures -1 is less than 0 — write a whole number from 0 to 1000',
  ],
  [
    '{targets: [{provider: a}], retry: {coolDown: {for: 10}}}',
    'error spec.retry.coolDown.for 10 has no unit — write a duration from 1ms to 1h with its unit (ms, s, m, h or d), such as 30s',
  ],
  [
    '{targets: [{provider: a}], retry: {attempts: 3}}',
    'error spec.retry.attempts is not a known field — remove it; known here: on, attemptTimeout, idleTimeout, firstTokenTimeout, affinity or coolDown',
  ],
  [
    '{targets: [{provider: a}], pricing: {input: -1}}',
    'error spec.pricing.input -1 is negative — write an amount in USD from 0 to 1000000, such as 0.15',
  ],
  [
    '{targets: [{provider: a}], pricing: {input: cheap}}',
    'error spec.pricing.input "cheap" is not an amount — write an amount in USD from 0 to 1000000, such as 0.15',
  ],
  [
    '{targets: [{provider: a}], pricing: {input: .nan}}',
    'error spec.pricing.input NaN is not an amount — write an amount in USD from 0 to 1000000, such as 0.15',
  ],
  [
    '{targets: [{provider: a}], pricing: {input: 1e12}}',
    'error spec.pricing.input 1000000000000 is more than 1000000 — write an amount in USD from 0 to 1000000, such as 0.15',
  ],
  [
    '{targets: [{provider: a}], pricing: {cachedinput: 1}}',
    'error spec.pricing.cachedinput is not a known field — write cachedInput',
  ],
  [
    '{targets: [{provider: a}], limits: {contextWindow: 128kb}}',
    'error spec.limits.contextWindow "128kb" is not a count — write a whole number from 1 to 1000000000; k and M may be used, such as 128k',
  ],
  [
    '{targets: [{provider: a}], limits: {contextWindow: 0}}',
    'error spec.limits.contextWindow 0 is less than 1 — write a whole number from 1 to 1000000000; k and M may be used, such as 128k',
  ],
  [
    '{targets: [{provider: a}], limits: {maxOutput: 1.5}}',
    'error spec.limits.maxOutput 1.5 is not a whole number — write a whole number from 1 to 1000000000; k and M may be used, such as 128k',
  ],
  [
    '{targets: [{provider: a}], limits: {maxOutput: 5G}}',
    'error spec.limits.maxOutput 5G is more than 1000000000 — write a whole number from 1 to 1000000000; k and M may be used, such as 128k',
  ],
  [
    '{targets: [{provider: a}], limits: {maxOutput: [1]}}',
    'error spec.limits.maxOutput a list is not a count — write a whole number from 1 to 1000000000; k and M may be used, such as 128k',
  ],
  ['{targets: [{provider: a}], enabled: yes}', 'error spec.enabled "yes" is not true or false — write true'],
  ['{targets: [{provider: a}], listed: 1}', 'error spec.listed 1 is not true or false — write true or false'],
];

describe('Model', () => {
  it('needs nothing but a target', () => {
    expect(specOf('Model', '{targets: [{provider: openai}]}')).toEqual({
      name: 'example',
      aliases: [],
      targets: [{ provider: 'openai', priority: 0, weight: 1 }],
      retry: {
        on: [408, 409, 429, '5xx', 'connect', 'reset', 'timeout'],
        attemptTimeout: 120_000,
        coolDown: { failures: 5, for: 10_000 },
      },
      limits: {},
      enabled: true,
      listed: true,
    });
  });

  it('takes everything that can be said', () => {
    const spec = `
      name: openai/gpt-4o
      aliases: [gpt-4o, "small:latest"]
      targets:
      - {provider: openai, model: gpt-4o-mini, priority: 0, weight: 70}
      - {provider: azure-eu, model: mini-deployment, weight: 30}
      - {provider: anthropic, model: claude-haiku-4-5, priority: 1}
      retry:
        on: [429, 5xx, bodyError, 429]
        attemptTimeout: 2m
        idleTimeout: 500ms
        firstTokenTimeout: 15s
        affinity: {header: X-Conversation-Id}
        coolDown: {failures: 0, for: 1m}
      pricing: {input: 0.15, output: "0.60", cachedInput: 0}
      limits: {contextWindow: 128k, maxOutput: 16384}
      enabled: false
      listed: false`;
    expect(specOf('Model', spec)).toEqual({
      name: 'openai/gpt-4o',
      aliases: ['gpt-4o', 'small:latest'],
      targets: [
        { provider: 'openai', model: 'gpt-4o-mini', priority: 0, weight: 70 },
        { provider: 'azure-eu', model: 'mini-deployment', priority: 0, weight: 30 },
        { provider: 'anthropic', model: 'claude-haiku-4-5', priority: 1, weight: 1 },
      ],
      retry: {
        on: [429, '5xx', 'bodyError'],
        attemptTimeout: 120_000,
        idleTimeout: 500,
        firstTokenTimeout: 15_000,
        affinity: { header: 'x-conversation-id' },
        coolDown: { failures: 0, for: 60_000 },
      },
      pricing: { input: 150_000_000, output: 600_000_000, cachedInput: 0, tiers: [] },
      limits: { contextWindow: 128_000, maxOutput: 16_384 },
      enabled: false,
      listed: false,
    });
  });

  it('may retry on nothing', () => {
    expect(specOf('Model', '{targets: [{provider: a}], retry: {on: []}}')).toMatchObject({ retry: { on: [] } });
  });

  it('may have a target without weight beside one with', () => {
    expect(problemsOf('Model', '{targets: [{provider: a, weight: 0}, {provider: b}]}')).toEqual([]);
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Model', spec)).toEqual([problem]);
  });
});
