type Spec = Readonly<Record<string, unknown>>;

/** An HTTPRoute of all listeners of the Gateway `test`, unless `more` says other parents. */
export function httpRoute(name: string, rules: readonly Spec[], more: Spec = {}): string {
  return `apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec: ${JSON.stringify({ parentRefs: [{ name: 'test' }], rules, ...more })}
`;
}

/** A rule that leads what one of `matches` is about to this Backend, unless `more` says others. */
export function leadTo(backend: string, matches: readonly Spec[], more: Spec = {}): Spec {
  return { matches, backendRefs: [backendRef(backend)], ...more };
}

export function backendRef(name: string, more: Spec = {}): Spec {
  return { group: 'gateway.envoyproxy.io', kind: 'Backend', name, ...more };
}

/** Requests whose path begins with it. */
export function below(path: string): Spec {
  return { path: { value: path } };
}

/** Lets the backend see by this header which rule a request has come by. */
export function marking(header: string, value: string): Spec {
  return { type: 'RequestHeaderModifier', requestHeaderModifier: { set: [{ name: header, value }] } };
}
