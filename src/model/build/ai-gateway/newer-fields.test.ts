import { expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { problemText } from '../../../policy/testing/problem-text.ts';
import { buildModel } from '../build.ts';
import { oneBackend } from '../testing/one-backend.ts';
import { secretsOnly } from '../testing/surroundings.ts';

/* What versions 1.1 and later of Envoy AI Gateway, by now Agent Router, have beside version 1.0. */

const route = (rules: string, name = 'r'): string => `apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: ${name}}
spec: {rules: [${rules}]}
---
`;

const rule = (model: string, more = ''): string =>
  `{matches: [{headers: [{name: x-ai-eg-model, value: ${model}}]}], backendRefs: [{name: a}]${more}}`;

function build(text: string) {
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  expect(problems).toEqual([]);
  const { gateways, problems: said } = buildModel(documents, secretsOnly());
  return { gateway: gateways[0], said: said.map(problemText) };
}

it('answers requests for a model that its rule keeps out of the list', () => {
  const { gateway } = build(
    oneBackend + route(`${rule('shown')}, ${rule('hidden', ', excludeFromModelsEndpoint: true')}`),
  );
  expect(gateway?.models.map(({ name, isListed }) => [name, isListed])).toEqual([
    ['hidden', false],
    ['shown', true],
  ]);
  expect(gateway?.routes.map(({ match, targets }) => [match.models, targets.length])).toEqual([
    [['shown'], 1],
    [['hidden'], 1],
  ]);
});

it('lists a model that one rule keeps out of the list and another one does not', () => {
  const hidden = rule('m', ', excludeFromModelsEndpoint: true, modelsOwnedBy: hidden');
  const shown = rule('m', ', modelsOwnedBy: shown');
  for (const rules of [`${hidden}, ${shown}`, `${shown}, ${hidden}`]) {
    const { gateway } = build(oneBackend + route(rules));
    expect(gateway?.models).toMatchObject([{ name: 'm', isListed: true, ownedBy: 'shown' }]);
  }
  const { gateway } = build(oneBackend + route(hidden, 'a') + route(shown, 'b'));
  expect(gateway?.models).toMatchObject([{ name: 'm', isListed: true, ownedBy: 'shown' }]);
});

it.each([
  ['AWSOpenAI', '/openai/v1'],
  ['AWSOpenAI, prefix: /v1', '/v1'],
  ['OpenAI', '/v1'],
])('asks a backend of the schema %s below %s', (schema, basePath) => {
  const { gateway, said } = build(oneBackend.replace('name: OpenAI', `name: ${schema}`) + route(rule('m')));
  expect(said).toEqual([]);
  expect(gateway?.providers).toMatchObject([{ dialect: 'openai', endpoint: { basePath } }]);
});

it('says of a credential that is exchanged for one of OpenAI that nobody does that', () => {
  const policy = `apiVersion: aigateway.envoyproxy.io/v1beta1
kind: BackendSecurityPolicy
metadata: {name: p}
spec:
  targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: a}]
  type: OpenAICredentials
  openAICredentials: {project: p, tokenExchange: {tokenURL: "https://a.example/token", subjectToken: {spiffeJWTSVID: {audience: a}}}}
`;
  const { gateway, said } = build(oneBackend + route(rule('m')) + policy);
  expect(said.join('\n')).toContain(
    'BackendSecurityPolicy/p: spec.openAICredentials is not served yet: no token is exchanged for one of OpenAI',
  );
  expect(gateway?.routes.flatMap(({ targets }) => targets)).toEqual([]);
});
