import { documents, gatewayDocument } from './policy-documents.ts';

/*
 * A gateway in the words of Envoy AI Gateway, whose backends all stand on this machine.
 */

/** A Gateway whose only caller has this key. */
export function gatewayOfOneCaller(port: number, key: string): string {
  return documents(gatewayDocument([{ name: 'http', port }]), onlyCaller(key));
}

/** Of a Gateway. */
export function onlyCaller(key: string): string {
  return `apiVersion: gateway.envoyproxy.io/v1alpha1
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
  return aiRoute(
    'route',
    Object.entries(rules).map(([model, backends]) =>
      modelRule(model, { backendRefs: backends.map((name, priority) => ({ name, priority })) }),
    ),
  );
}

type Spec = Readonly<Record<string, unknown>>;

const parent = { name: 'test', kind: 'Gateway', group: 'gateway.networking.k8s.io' };

/** An AIGatewayRoute of all listeners, unless `more` says other parents. */
export function aiRoute(name: string, rules: readonly Spec[], more: Spec = {}): string {
  return `apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: ${name}}
spec: ${JSON.stringify({ parentRefs: [parent], rules, ...more })}
`;
}

/** For a route of these listeners only. */
export function onListeners(...names: readonly string[]): Spec {
  return { parentRefs: names.map((sectionName) => ({ ...parent, sectionName })) };
}

/** A rule for a model, and for requests with these headers. The backend is `llm`, unless `more` says another. */
export function modelRule(model: string, more: Spec = {}, headers: readonly Spec[] = []): Spec {
  const matched = [{ type: 'Exact', name: 'x-ai-eg-model', value: model }, ...headers];
  return { matches: [{ headers: matched }], backendRefs: [{ name: 'llm' }], ...more };
}

export interface LocalBackend {
  readonly name: string;
  readonly port: number;
  readonly prefix?: string;
  /** Type of the credential with the block of that type. */
  readonly credential?: Spec;
  readonly headerMutation?: Spec;
  readonly bodyMutation?: Spec;
}

export function localBackend({ name, port, prefix, credential, ...mutations }: LocalBackend): string {
  const backendRef = { group: 'gateway.envoyproxy.io', kind: 'Backend', name };
  const targetRefs = [{ group: 'aigateway.envoyproxy.io', kind: 'AIServiceBackend', name }];
  return `apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: ${name}}
spec: ${JSON.stringify({ schema: { name: 'OpenAI', prefix }, backendRef, ...mutations })}
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

/** A limit of Envoy Gateway on what the answers of an AIGatewayRoute have cost, by the name of the cost. */
export function costLimit(cost: string, clients: Spec, amount: number, unit: 'Second' | 'Hour' | 'Day'): Spec {
  return {
    clientSelectors: [{ headers: [clients] }],
    limit: { requests: amount, unit },
    cost: {
      request: { from: 'Number', number: 0 },
      response: { from: 'Metadata', metadata: { namespace: 'io.envoy.ai_gateway', key: cost } },
    },
  };
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
