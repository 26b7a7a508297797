import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from './testing/documents.ts';

const rule = (fields: string): string => `{rules: [{name: r, action: block, ${fields}}]}`;

const badSpecs: readonly (readonly [string, string])[] = [
  ['{}', 'error spec.rules is missing — add rules: all of them apply: block beats redact beats observe'],
  ['{rules: []}', 'error spec.rules is empty — give at least one rule: {name: secrets, secrets: {}, action: block}'],
  [
    rule('on: [request]'),
    'error spec.rules[0] has none of keywords, regex, pii, secrets, injection, azureContentSafety, openaiModeration, bedrockGuardrail or webhook — say what to look for, such as secrets: {}',
  ],
  [
    rule('secrets: {}, keywords: [a]'),
    'error spec.rules[0] keywords and secrets are given together — keep exactly one of keywords, regex, pii, secrets, injection, azureContentSafety, openaiModeration, bedrockGuardrail or webhook',
  ],
  [
    '{rules: [{name: r, secrets: {}}]}',
    'error spec.rules[0].action is missing — add action: observe: record, change nothing',
  ],
  [
    '{rules: [{name: r, action: redact, injection: {}}]}',
    'error spec.rules[0].action is redact, but injection says that something is there, not where — write block or observe',
  ],
  [
    '{rules: [{name: a, action: block, secrets: {}}, {name: a, action: block, secrets: {}}]}',
    'error spec.rules[1].name "a" is the name of a rule before it — give it another name',
  ],
  [
    rule('keywords: [falcon, "\\u200b  "]'),
    'error spec.rules[0].keywords[1] is made of blanks and invisible characters, so it is never found — write a word or a phrase on one line',
  ],
  [
    rule('keywords: [""]'),
    'error spec.rules[0].keywords[0] "" is not a word or phrase — write a word or a phrase on one line',
  ],
  [
    rule('pii: {overrides: {US_SSN: {allow: [""]}}}'),
    'error spec.rules[0].pii.overrides.US_SSN.allow[0] the value (not repeated here) is empty or has control characters in it — write one line of text',
  ],
  [
    rule('pii: {overrides: {US_SSN: {deny: ["-- "]}}}'),
    'error spec.rules[0].pii.overrides.US_SSN.deny[0] is made of blanks and hyphens, which are not compared, so it is never found — write one line of text',
  ],
  [
    rule('pii: {overrides: {US_SSN: {context: [ssn, 電話, טלפון]}}}'),
    'error spec.rules[0].pii.overrides.US_SSN.context[2] "טלפון" is no word of a script that is read here, so it is never found — write a word of Latin, Greek, Cyrillic, Arabic, Hindi, Thai, Chinese, Japanese or Korean letters',
  ],
  [
    rule(
      'pii: {except: [CREDIT_CARD, IBAN_CODE, EMAIL_ADDRESS, PHONE_NUMBER, URL_WITH_CREDENTIALS, CRYPTO, US_SSN, US_ITIN]}',
    ),
    'error spec.rules[0].pii.except leaves nothing to look for — name what to look for in entities',
  ],
  [rule('keywords: []'), 'error spec.rules[0].keywords is empty — name at least one word or phrase'],
  [
    rule('secrets: {}, on: [answer]'),
    'error spec.rules[0].on[0] "answer" is not a possible value — write request or response',
  ],
  [
    rule("regex: {pattern: 'TCK-('}"),
    'error spec.rules[0].regex.pattern missing closing ) (character 5) — write a pattern in RE2 syntax, such as TCK-[0-9]{6}',
  ],
  [
    rule("regex: {pattern: 'a*'}"),
    'error spec.rules[0].regex.pattern the pattern matches the empty text, and thus everywhere (character 1) — write a pattern in RE2 syntax, such as TCK-[0-9]{6}',
  ],
  [
    rule('pii: {entities: [PLANET_NAME_OF_HOME]}'),
    'error spec.rules[0].pii.entities[0] "PLANET_NAME_OF_HOME" is not a known entity — run `sluice guard entities` for all names',
  ],
  [
    rule('pii: {minScore: 2}'),
    'error spec.rules[0].pii.minScore 2 is more than 1 — write a score from 0 (anything) to 1 (certain), such as 0.5',
  ],
  [rule('secrets: {}, timeout: 1s'), 'error spec.rules[0].timeout is given, but secrets asks no service — remove it'],
  [
    rule('secrets: {}, onFailure: open'),
    'error spec.rules[0].onFailure is given, but secrets asks no service — remove it',
  ],
  [
    rule('secrets: {}, redaction: {style: label, text: x}'),
    'error spec.rules[0].redaction.text is given, but the style is label — write style: text, or remove it',
  ],
  [
    rule('secrets: {}, redaction: {keepLast: 4}'),
    'error spec.rules[0].redaction.keepLast is given, but the style is text — write style: mask, or remove it',
  ],
  [
    rule('secrets: {}, message: "found {value}"'),
    'warning spec.rules[0].message looks like a template, but is sent as it stands — write plain text',
  ],
  [
    rule('azureContentSafety: {endpoint: "https://a.example", credential: {apiKey: {env: A}}, thresholds: {}}'),
    'error spec.rules[0].azureContentSafety asks for nothing — give thresholds, blocklists or promptShield',
  ],
  [
    rule(
      'azureContentSafety: {endpoint: "https://a.example", credential: {apiKey: {env: A}}, thresholds: {violense: 4}}',
    ),
    'error spec.rules[0].azureContentSafety.thresholds.violense "violense" is not a category — write violence',
  ],
  [
    rule('azureContentSafety: {endpoint: "https://a.example", credential: {apiKey: sk-secret-value}}'),
    'error spec.rules[0].azureContentSafety.credential.apiKey a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  [
    rule('azureContentSafety: {endpoint: "https://a.example", credential: {apiKey: {env: A}}, thresholds: {hate: 0}}'),
    'error spec.rules[0].azureContentSafety.thresholds.hate is 0, so everything is a finding — raise it, or leave the category out',
  ],
  [
    rule('openaiModeration: {credential: {apiKey: {env: A}}, thresholds: {hate: 0}}'),
    'error spec.rules[0].openaiModeration.thresholds.hate is 0, so everything is a finding — raise it, or leave the category out',
  ],
  [
    rule('openaiModeration: {credential: {apiKey: {env: A}}, categories: [sexual], thresholds: {hate: 0.5}}'),
    'warning spec.rules[0].openaiModeration.thresholds.hate has no effect: it is not among categories — add it to categories',
  ],
  [
    rule('injection: {threshold: 0}'),
    'error spec.rules[0].injection.threshold is 0, so everything is a finding — raise it',
  ],
  [
    `{scope: {team: [a]}, rules: [{name: r, action: block, secrets: {}}]}`,
    'error spec.scope.team is not a known field — write teams',
  ],
  [
    `{scope: {keys: []}, rules: [{name: r, action: block, secrets: {}}]}`,
    'error spec.scope.keys is empty — remove it to mean every one, or name at least one',
  ],
];

describe('Guardrail', () => {
  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Guardrail', spec)).toEqual([problem]);
  });

  it('has at most 32 rules', () => {
    const rules = Array.from({ length: 33 }, (_, index) => `{name: r${index}, action: block, secrets: {}}`).join();
    expect(problemsOf('Guardrail', `{rules: [${rules}]}`)).toEqual([
      'error spec.rules has 33 entries, which is more than 32 — give at most 32',
    ]);
  });

  it.each([
    ['secrets: {}', ['request', 'response']],
    ['injection: {}', ['request']],
    ['webhook: {url: "https://a.example"}', ['request']],
    ['webhook: {url: "https://a.example"}, on: [response, response]', ['response']],
  ])('%s looks at %j', (fields, on) => {
    expect(parseSpec('Guardrail', rule(fields)).documents[0]?.spec).toMatchObject({ rules: [{ on }] });
  });
});
