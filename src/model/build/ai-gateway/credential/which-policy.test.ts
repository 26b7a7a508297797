import { describe, expect, it } from 'vitest';
import { err, ok } from '../../../../lib/result.ts';
import { parseDocuments } from '../../../../policy/parse.ts';
import { buildModel } from '../../build.ts';
import { oneBackend } from '../../testing/one-backend.ts';
import { secretsOnly } from '../../testing/surroundings.ts';

const there = `${oneBackend}apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: r}
spec: {rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: a}]}]}
`;

const policy = (name: string, spec: string, targets = 'a', place = ''): string => `---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: BackendSecurityPolicy
metadata: {name: ${name}${place}}
spec:
  targetRefs: [${targets
    .split(' ')
    .map((target) => `{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: ${target}}`)
    .join()}]
  ${spec}
`;

const key = (secret: string, more = ''): string => `type: APIKey\n  apiKey: {secretRef: {name: ${secret}${more}}}`;

/** Every Secret has one key; those called `broken` have two lines, those called `gone` are not there. */
const surroundings = secretsOnly((source) => {
  if (!('secretKeyRef' in source) || source.secretKeyRef.name === 'gone') return err('is not there');
  const { name, key: entry } = source.secretKeyRef;
  return ok(name === 'broken' ? 'one\ntwo' : `${entry} of ${name}`);
});

function build(...policies: readonly string[]) {
  const { documents, problems: wrong } = parseDocuments(there + policies.join(''), 'policy.yaml', '.');
  expect(wrong).toEqual([]);
  const { gateways, problems } = buildModel(documents, surroundings);
  const provider = gateways[0]?.providers[0];
  const secret = gateways[0]?.secrets.find(({ name }) => name === provider?.credential?.secret);
  return {
    isAsked: provider !== undefined,
    credential: provider?.credential,
    shown: secret?.kind === 'opaque' ? secret.value : undefined,
    problems: problems.map(({ document, path, reason }) => [document, path, reason]),
  };
}

describe('the credential of a backend', () => {
  it('is none where no policy is for it', () => {
    const { isAsked, credential, problems } = build();
    expect([isAsked, credential, problems]).toEqual([true, undefined, []]);
  });

  it('is that of the policy of the smaller name, and the other one hears of it', () => {
    const { shown, problems } = build(policy('y', key('second')), policy('x', key('first')));
    expect(shown).toContain('of first');
    expect(problems).toEqual([['BackendSecurityPolicy/y', 'spec.targetRefs[0]', 'Conflicted']]);
  });

  it('is no other one than that of the first policy, though what this one names is missing', () => {
    const { isAsked, problems } = build(policy('x', key('gone')), policy('y', key('second')));
    expect(isAsked).toBe(false);
    expect(problems).toEqual(
      expect.arrayContaining([
        ['BackendSecurityPolicy/x', 'spec.apiKey.secretRef', 'SecretNotFound'],
        ['AIServiceBackend/a', 'spec', 'InvalidPolicy'],
      ]),
    );
  });

  it('is not that of a policy of another namespace for a backend of the same name', () => {
    const { shown, credential, problems } = build(policy('x', key('first'), 'a', ', namespace: other'));
    expect([shown, credential]).toEqual([undefined, undefined]);
    expect(problems).toEqual([['BackendSecurityPolicy/other/x', 'spec.targetRefs[0]', 'TargetNotFound']]);
  });

  it('is looked for target by target', () => {
    const { shown, problems } = build(policy('x', key('first'), 'gone a'));
    expect(shown).toContain('of first');
    expect(problems).toEqual([['BackendSecurityPolicy/x', 'spec.targetRefs[0]', 'TargetNotFound']]);
  });

  it.each([
    ['APIKey', 'apiKey', 'authorization', 'Bearer '],
    ['AnthropicAPIKey', 'anthropicAPIKey', 'x-api-key', ''],
    ['AzureAPIKey', 'azureAPIKey', 'api-key', ''],
    ['GoogleAPIKey', 'googleAPIKey', 'x-goog-api-key', ''],
  ])('of type %s is shown as such providers want it, and said where it is missing', (type, field, header, prefix) => {
    const spec = (secret: string) => `type: ${type}\n  ${field}: {secretRef: {name: ${secret}}}`;
    const { credential, shown } = build(policy('x', spec('first')));
    expect(credential).toMatchObject({ header, prefix });
    expect(shown).toBe('apiKey of first');
    for (const [secret, reason] of [
      ['gone', 'SecretNotFound'],
      ['broken', undefined],
    ] as const) {
      const wrong = build(policy('x', spec(secret)));
      expect(wrong.isAsked).toBe(false);
      expect(wrong.problems).toContainEqual(['BackendSecurityPolicy/x', `spec.${field}.secretRef`, reason]);
    }
  });

  it('of another namespace is not read before its owner permits it', () => {
    const { isAsked, problems } = build(policy('x', key('first', ', namespace: other')));
    expect(isAsked).toBe(false);
    expect(problems).toContainEqual(['BackendSecurityPolicy/x', 'spec.apiKey.secretRef', 'RefNotPermitted']);
  });

  it.each([
    ['', true],
    [', fallbackToConfigured: true', true],
    [', fallbackToConfigured: false', false],
  ])('pays for callers who were to bring their own only where it is to: {header: x-own-key%s}', (more, isAsked) => {
    const override = `credentialOverride: {fromRequestHeaders: {header: x-own-key${more}}}`;
    const built = build(policy('x', `${key('first')}\n  ${override}`));
    expect(built.isAsked).toBe(isAsked);
    expect(built.problems).toContainEqual(['BackendSecurityPolicy/x', 'spec.credentialOverride', 'UnsupportedValue']);
  });
});
