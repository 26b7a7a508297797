import { gatewayDocument } from './policy-documents.ts';

/*
 * A gateway in the words of Envoy AI Gateway, whose backends all stand on this machine.
 */

/** A Gateway whose only caller has this key. */
export function gatewayOfOneCaller(port: number, key: string): string {
  return `${gatewayDocument([{ name: 'http', port }])}---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: clients}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: test}]
  apiKeyAuth:
    credentialRefs: [{group: "", kind: Secret, name: clients}]
    extractFrom: [{headers: [authorization]}]
---
${secretOf('clients', { ana: key })}`;
}

/** Models, and the backends that are asked for each: those of later places when the ones before fail. */
export function routeTo(rules: Readonly<Record<string, readonly string[]>>): string {
  const spec = {
    parentRefs: [{ name: 'test', kind: 'Gateway', group: 'gateway.networking.k8s.io' }],
    rules: Object.entries(rules).map(([model, backends]) => ({
      matches: [{ headers: [{ type: 'Exact', name: 'x-ai-eg-model', value: model }] }],
      backendRefs: backends.map((name, priority) => ({ name, priority })),
    })),
  };
  return `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: route}
spec: ${JSON.stringify(spec)}
`;
}

export interface LocalBackend {
  readonly name: string;
  readonly port: number;
  readonly prefix?: string;
  /** Type of the credential with the block of that type. */
  readonly credential?: Readonly<Record<string, unknown>>;
  readonly bodyMutation?: Readonly<Record<string, unknown>>;
}

export function localBackend({ name, port, prefix, credential, bodyMutation }: LocalBackend): string {
  const backendRef = { group: 'gateway.envoyproxy.io', kind: 'Backend', name };
  const targetRefs = [{ group: 'aigateway.envoyproxy.io', kind: 'AIServiceBackend', name }];
  return `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: ${name}}
spec: ${JSON.stringify({ schema: { name: 'OpenAI', prefix }, backendRef, bodyMutation })}
---
${backendManifest(name, port)}${
  credential === undefined
    ? ''
    : `---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: BackendSecurityPolicy
metadata: {name: ${name}}
spec: ${JSON.stringify({ targetRefs, ...credential })}
`
}`;
}

/** What Envoy Gateway knows of one. */
export function backendManifest(name: string, port: number): string {
  return `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: ${name}}
spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${port}}}]}
`;
}

export function secretOf(name: string, entries: Readonly<Record<string, string>>): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: ${name}}
stringData: ${JSON.stringify(entries)}
`;
}

/** What such a backend answers. */
export const completion = {
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
