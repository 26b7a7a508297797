import { describe, expect, it } from 'vitest';
import { problemsOf, specOf } from './testing/documents.ts';

const hash = 'a1'.repeat(32);

/** Each bad value alone, with everything that is said about it. */
const badSpecs: readonly (readonly [string, string])[] = [
  ['{}', 'error spec has neither hash nor secretRef — run `sluice keys create` and copy the hash that it prints'],
  [
    '{hash: hunter2-the-key}',
    'error spec.hash the value (not repeated here) is not a SHA-256 hash — write sha256: and 64 hex digits, as `sluice keys create` prints them; never the key itself',
  ],
  [
    '{hash: "sha256:abc"}',
    'error spec.hash the value (not repeated here) is not a SHA-256 hash — write sha256: and 64 hex digits, as `sluice keys create` prints them; never the key itself',
  ],
  [
    '{hash: 5}',
    'error spec.hash a number is not a text — write sha256: and 64 hex digits, as `sluice keys create` prints them; never the key itself',
  ],
  [
    '{hash: "sha256:HASH", secretRef: {env: A}}',
    'error spec.secretRef is given together with hash — keep exactly one of hash and secretRef',
  ],
  [
    '{secretRef: hunter2-the-key}',
    'error spec.secretRef a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  ['{hash: "sha256:HASH", owner: ana}', 'error spec.owner "ana" is not a map — write a map with user, team or project'],
  ['{hash: "sha256:HASH", owner: {user: 5}}', 'error spec.owner.user 5 is not a text — put it in quotes: "5"'],
  [
    '{hash: "sha256:HASH", owner: {user: "a\\nb"}}',
    'error spec.owner.user "a\\nb" has control characters in it — write one line of text',
  ],
  [
    '{hash: "sha256:HASH", owner: {group: x}}',
    'error spec.owner.group is not a known field — remove it; known here: user, team or project',
  ],
  ['{hash: "sha256:HASH", models: [small]}', 'error spec.models a list is not a map — write a map with allow or deny'],
  [
    '{hash: "sha256:HASH", models: {allow: []}}',
    'error spec.models.allow is empty — remove it to mean every model, or name at least one',
  ],
  [
    '{hash: "sha256:HASH", models: {allow: ["claude *"]}}',
    'error spec.models.allow[0] "claude *" is not a model name or pattern — write a model name; * stands for any characters, such as claude-*',
  ],
  [
    '{hash: "sha256:HASH", models: {deny: [a, a]}}',
    'error spec.models.deny[1] "a" stands here twice — remove one of them',
  ],
  ['{hash: "sha256:HASH", routing: {active: no}}', 'error spec.routing.active "no" is not true or false — write false'],
  [
    '{hash: "sha256:HASH", routing: {chains: [{targets: []}]}}',
    'error spec.routing.chains[0].targets is empty — give at least one target: {provider: NAME, model: NAME}',
  ],
  [
    '{hash: "sha256:HASH", routing: {chains: [{models: [], targets: [{provider: a}]}]}}',
    'error spec.routing.chains[0].models is empty — remove it to mean every model, or name at least one',
  ],
  [
    '{hash: "sha256:HASH", routing: {chains: [{}]}}',
    'error spec.routing.chains[0].targets is missing — add targets: who is asked, in which order',
  ],
  [
    '{hash: "sha256:HASH", credentials: [{provider: openai, apiKey: hunter2-own-key}]}',
    'error spec.credentials[0].apiKey a text stands here instead of a map — say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}',
  ],
  [
    '{hash: "sha256:HASH", credentials: [{provider: openai, apiKey: {env: A}}, {provider: openai, apiKey: {env: B}}]}',
    'error spec.credentials[1].provider openai has a credential here already — remove one of them',
  ],
  [
    '{hash: "sha256:HASH", credentials: [{provider: openai}]}',
    'error spec.credentials[0].apiKey is missing — add apiKey: the API key of the caller’s own account',
  ],
  [
    '{hash: "sha256:HASH", expires: 2027-01-01}',
    'error spec.expires "2027-01-01" is not a time — write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z',
  ],
  [
    '{hash: "sha256:HASH", expires: "2027-01-01T00:00:00"}',
    'error spec.expires "2027-01-01T00:00:00" is not a time — write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z',
  ],
  [
    '{hash: "sha256:HASH", expires: "2027-02-30T00:00:00Z"}',
    'error spec.expires "2027-02-30T00:00:00Z" is not in the calendar — write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z',
  ],
  [
    '{hash: "sha256:HASH", expires: "2027-01-01T25:00:00Z"}',
    'error spec.expires "2027-01-01T25:00:00Z" is not in the calendar — write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z',
  ],
  [
    '{hash: "sha256:HASH", expires: 1798761600}',
    'error spec.expires 1798761600 is not a time — write a time with its zone as in RFC 3339, such as 2027-01-01T00:00:00Z',
  ],
  [
    '{hash: "sha256:HASH", expires: "2026-05-31T23:59:59Z"}',
    'warning spec.expires 2026-05-31T23:59:59.000Z has passed, so the key is refused — move the time, or remove the key',
  ],
  [
    '{hash: "sha256:HASH", enabled: "true"}',
    'error spec.enabled "true" is not true or false — write true without quotes',
  ],
];

describe('ApiKey', () => {
  it('needs nothing but the hash', () => {
    expect(specOf('ApiKey', `{hash: "sha256:${hash}"}`)).toEqual({
      secret: { sha256: hash },
      owner: {},
      models: { allow: ['*'], deny: [] },
      routing: { active: true, chains: [] },
      credentials: [],
      enabled: true,
    });
  });

  it('takes everything that can be said', () => {
    const spec = `
      secretRef: {file: keys/checkout}
      owner: {user: ana@example.com, team: payments, project: checkout}
      models: {allow: [small, "claude-*"], deny: ["*-preview"]}
      routing:
        active: false
        chains:
        - {models: [small], targets: [{provider: azure-eu, model: mini-deployment}]}
        - {targets: [{provider: vllm-local, priority: 1}]}
      credentials: [{provider: openai, apiKey: {env: TEAM_OPENAI_KEY}}]
      expires: 2027-01-01T01:00:00+01:00
      enabled: false`;
    expect(specOf('ApiKey', spec)).toEqual({
      secret: { secretRef: { file: 'keys/checkout' } },
      owner: { user: 'ana@example.com', team: 'payments', project: 'checkout' },
      models: { allow: ['small', 'claude-*'], deny: ['*-preview'] },
      routing: {
        active: false,
        chains: [
          {
            models: ['small'],
            targets: [{ provider: 'azure-eu', model: 'mini-deployment', priority: 0, weight: 1 }],
          },
          { models: ['*'], targets: [{ provider: 'vllm-local', priority: 1, weight: 1 }] },
        ],
      },
      credentials: [{ provider: 'openai', apiKey: { env: 'TEAM_OPENAI_KEY' } }],
      expires: Date.UTC(2027, 0, 1),
      enabled: false,
    });
  });

  it('takes a hash in upper case for the same', () => {
    expect(specOf('ApiKey', `{hash: "sha256:${hash.toUpperCase()}"}`)).toMatchObject({ secret: { sha256: hash } });
  });

  it('stays in force although it has expired: it is refused, not unknown', () => {
    expect(specOf('ApiKey', `{hash: "sha256:${hash}", expires: "2020-01-01T00:00:00Z"}`)).toMatchObject({
      expires: Date.UTC(2020, 0, 1),
    });
  });

  it.each(badSpecs)('says what is wrong with %s', (spec, problem) => {
    expect(problemsOf('ApiKey', spec.replaceAll('HASH', hash))).toEqual([problem]);
  });

  it('repeats nothing that may be a secret', () => {
    const all = badSpecs.flatMap(([spec]) => problemsOf('ApiKey', spec));
    expect(all.join()).not.toMatch(/hunter2|sk-secret/);
  });
});
