import { expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { buildModel } from '../build.ts';
import { oneBackend } from '../testing/one-backend.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const policy = `${oneBackend}apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: r}
spec:
  rules:
  - matches: [{headers: [{name: x-ai-eg-model, value: served}]}]
    backendRefs: [{name: a}]
  - matches: [{headers: [{name: x-ai-eg-model, value: forgotten}]}]
`;

it('says of a rule without backends that nobody answers', () => {
  const { documents } = parseDocuments(policy, 'policy.yaml', '.');
  expect(buildModel(documents, secretsOnly()).problems).toEqual([
    expect.objectContaining({
      severity: 'warning',
      document: 'AIGatewayRoute/r',
      path: 'spec.rules[1].backendRefs',
      message: expect.stringContaining('503'),
    }),
  ]);
});
