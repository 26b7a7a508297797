import { expect } from 'vitest';
import type { PolicyDocument } from '../../../../policy/document.ts';
import { parseDocuments } from '../../../../policy/parse.ts';

/** These documents, and one model that is served by the backend that `ref` names among them. */
export function withModelOf(there: string, ref: string): readonly PolicyDocument[] {
  const text = `${there}
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: a}
spec: {schema: {name: OpenAI}, backendRef: {${ref}}}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: r}
spec: {rules: [{matches: [{headers: [{name: x-ai-eg-model, value: m}]}], backendRefs: [{name: a}]}]}
`;
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.');
  expect(problems).toEqual([]);
  return documents;
}
