import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from './testing/documents.ts';

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
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
];

describe('the credential of a Provider', () => {
  it('asks for no credential where servers usually want none', () => {
    expect(problemsOf('Provider', '{preset: ollama}')).toEqual([]);
    expect(specOf('Provider', '{preset: ollama}')).toMatchObject({ credential: { none: {} } });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('Provider', spec)).toEqual([problem]);
  });

  it('repeats nothing that may be a secret', () => {
    const all = badSpecs.flatMap(([spec]) => problemsOf('Provider', spec));
    expect(all.join()).not.toMatch(/hunter2|sk-secret/);
  });
});
