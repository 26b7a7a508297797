import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/model/build/build.ts';
import { secretsOnly } from '../../../src/model/build/testing/surroundings.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { listenerHeader } from '../../../src/program/program.ts';
import { compileProgram, type ExplainQuestion, explain } from './explanation.ts';

const everyLevel = readFileSync(`${import.meta.dirname}/testdata/every-level.yaml`, 'utf8');

const keys = ['off', 'over']
  .map(
    (name, digit) => `---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ${name}}
spec: {hash: "sha256:${String(digit).repeat(64)}", ${name === 'off' ? 'enabled: false' : 'expires: "2026-01-01T00:00:00Z"'}}
`,
  )
  .join('');

/** One listener for one host, and one for all. */
const listeners = everyLevel.replace(
  '- {name: web, port: 8443, protocol: HTTPS,',
  '- {name: plain, port: 8080, protocol: HTTP, hostname: "*.example.com"}\n    - {name: web, port: 8443, protocol: HTTPS,',
);

function asked(question: ExplainQuestion, policy = everyLevel + keys, anonymousKey = '') {
  const { documents, problems } = parseDocuments(policy, 'policy.yaml', '.', { now: 0 });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  const [gateway] = buildModel(documents, secretsOnly()).gateways;
  if (gateway === undefined) throw new Error('the policy makes no gateway');
  const whole = { ...gateway, settings: { ...gateway.settings, ...(anonymousKey && { anonymousKey }) } };
  const program = compileProgram(whole);
  if (program === undefined) throw new Error('the policy makes no program');
  return explain(program, question, Date.parse('2026-06-01T00:00:00Z'), whole);
}

/** Of a request that no route answers: who decides about everybody who comes by the listener. */
const ofListener = [
  ['clientCertificates', 'ClientTrafficPolicy/for-listener'],
  ['maxBodySize', 'GatewayPolicy/own'],
  // A preflight names no model, so what the only route says holds for the whole listener.
  ['cors', 'SecurityPolicy/for-route'],
  ['keys', 'SecurityPolicy/for-gateway'],
  ['tokens', 'SecurityPolicy/for-listener'],
];

describe('explain: a request that is refused before a route is chosen', () => {
  it.each<[string, ExplainQuestion, number, string, RegExp]>([
    ['no key', { model: 'small' }, 401, 'missing_key', /^nobody is let in without a key \(401\)$/],
    ['a wrong key', { key: 'anna', model: 'small' }, 401, 'invalid_key', /^there is no usable ApiKey "anna" .*\(401\)/],
    [
      'a key that is switched off',
      { key: 'off', model: 'small' },
      401,
      'key_disabled',
      /^the key is disabled \(401\)$/,
    ],
    ['a key that is over', { key: 'over', model: 'small' }, 401, 'key_expired', /^the key expired at 2026-01-01T/],
    ['no model', { key: 'ana' }, 400, 'missing_model', /^the request names no model \(400\)$/],
    ['an unknown model', { key: 'ana', model: 'smal' }, 404, 'model_not_found', /^no route matches "smal".*\(404\)$/],
  ])('with %s: says the status, and who decided up to there', (_, question, status, code, reason) => {
    const { outcome, decisions, targets, filters, ...rest } = asked(question);
    expect(outcome).toBe('refused');
    expect(rest).toMatchObject({ ...question, status, code, reason: expect.stringMatching(reason) });
    expect(targets).toEqual([]);
    const fields = ofListener.map(([field]) => field);
    expect(decisions.filter(({ field }) => fields.includes(field)).map(({ field, by }) => [field, by.origin])).toEqual(
      ofListener,
    );
    const levels = decisions.filter(({ field }) => field !== 'cors').map(({ by }) => by.level);
    expect(new Set(levels)).toEqual(new Set(['listener', 'gateway']));
    expect(filters[0]).toMatch(
      /^SecurityPolicy\/for-listener\/.*: checks the token, without which it refuses \(401\)$/,
    );
  });

  it('says that a body which cannot be read is refused like one without a model', () => {
    expect(asked({ key: 'ana' }).steps).toEqual([
      'a body that is no JSON object is refused in the same way (malformed_body)',
    ]);
  });

  it('goes on without a key where one stands in for those who show none', () => {
    const { sha256 } = anonymous();
    const { outcome, steps, key } = asked({ model: 'small' }, everyLevel + keys, sha256);
    expect([outcome, key]).toEqual(['served', undefined]);
    expect(steps[0]).toBe('without a key it counts as the ApiKey "ana"');
  });

  it.each<[string, Readonly<Record<string, string>>, string, number | undefined]>([
    [
      'a listener that is not there',
      { [listenerHeader]: 'wep' },
      'the gateway has no listener "wep"; did you mean web?',
      undefined,
    ],
    [
      'a host that the listener does not serve',
      { [listenerHeader]: 'plain', ':authority': 'example.org' },
      'listener "plain" does not serve the host "example.org", only *.example.com (404)',
      404,
    ],
  ])('says it of %s', (_, headers, reason, status) => {
    const found = asked({ key: 'ana', model: 'small', headers }, listeners);
    expect([found.outcome, found.reason, found.status]).toEqual(['refused', reason, status]);
  });

  it('lets in by another listener whoever that one does not serve', () => {
    const headers = { ':authority': 'example.org' };
    expect(asked({ key: 'ana', model: 'small', headers }, listeners).outcome).toBe('served');
  });

  it('tells by which listener a decision holds where they differ, and of one that is asked for alone', () => {
    const origins = (headers: Readonly<Record<string, string>>) =>
      asked({ model: 'small', headers }, listeners)
        .decisions.filter(({ field }) => field === 'tokens')
        .map(({ listener, by }) => [listener, by.origin]);
    const byListener = [
      ['plain', 'SecurityPolicy/for-gateway'],
      ['web', 'SecurityPolicy/for-listener'],
    ];
    expect(origins({})).toEqual(byListener);
    expect(origins({ [listenerHeader]: 'plain' })).toEqual([[undefined, 'SecurityPolicy/for-gateway']]);
  });
});

function anonymous() {
  const { documents } = parseDocuments(everyLevel, 'policy.yaml', '.', { now: 0 });
  const key = buildModel(documents, secretsOnly()).gateways[0]?.keys.find(({ name }) => name === 'ana');
  if (key === undefined) throw new Error('there is no such key');
  return key;
}
