/*
 * Policy documents as text. JSON is YAML, so a spec is written as the object it is.
 */

type Spec = Readonly<Record<string, unknown>>;

export function document(kind: string, name: string, spec: Spec): string {
  return `apiVersion: sluice.dev/v1alpha1
kind: ${kind}
metadata: {name: ${name}}
spec: ${JSON.stringify(spec)}
`;
}

/** A provider under the same roof that speaks OpenAI's dialect, unless `spec` says otherwise. */
export function provider(name: string, endpoint: string, spec: Spec = {}): string {
  return document('Provider', name, { schema: 'openai', endpoint, network: 'private', ...spec });
}

/** Targets as `provider/model`, tried in this order; or as the policy language has them. */
export function model(name: string, targets: readonly (string | Spec)[], spec: Spec = {}): string {
  return document('Model', name, { targets: chain(targets), ...spec });
}

/** The model `small`, which a provider on this machine has. */
export function smallModel(port: number): string {
  return documents(provider('first', `http://127.0.0.1:${port}/v1`), model('small', ['first/one']));
}

/** Each target has a priority of its own, unless it says one. */
export function chain(targets: readonly (string | Spec)[]): readonly Spec[] {
  return targets.map((target, priority) => {
    if (typeof target !== 'string') return { priority, ...target };
    const slash = target.indexOf('/');
    return { provider: target.slice(0, slash), model: target.slice(slash + 1), priority };
  });
}

/** `variable` is the environment variable of the control plane that holds the key. */
export function apiKey(name: string, variable: string, spec: Spec = {}): string {
  return document('ApiKey', name, { secretRef: { env: variable }, ...spec });
}

export interface ListenerDocument {
  /** By default `listener-` and its place among the others. */
  readonly name?: string;
  readonly port: number;
  /** Several may share a port. */
  readonly hostname?: string;
  /** Files beside the document, without their endings. */
  readonly tls?: string;
}

/** A gateway `test`. */
export function gatewayDocument(listeners: readonly ListenerDocument[], more: Spec = {}): string {
  const specs = listeners.map(({ name, hostname, port, tls }, index) => ({
    name: name ?? `listener-${index}`,
    hostname,
    ...protocolOf(port, tls),
  }));
  return gatewayManifest(specs, more);
}

/** A gateway `test` whose listeners are as Gateway API has them. */
export function gatewayManifest(listeners: readonly Spec[], more: Spec = {}): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: test}
spec: ${JSON.stringify({ addresses: [{ value: '127.0.0.1' }], listeners, ...more })}
`;
}

function protocolOf(port: number, tls: string | undefined): Spec {
  if (tls === undefined) return { port, protocol: 'HTTP' };
  const options = { 'sluice.dev/certificate-file': `${tls}.crt`, 'sluice.dev/key-file': `${tls}.key` };
  return { port, protocol: 'HTTPS', tls: { options } };
}

export function documents(...texts: readonly string[]): string {
  return texts.join('---\n');
}
