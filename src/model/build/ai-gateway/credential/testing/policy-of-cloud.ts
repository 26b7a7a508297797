import { expect } from 'vitest';
import { parseDocuments } from '../../../../../policy/parse.ts';
import { problemText } from '../../../../../policy/testing/problem-text.ts';
import { buildModel } from '../../../build.ts';
import type { Surroundings } from '../../../surroundings.ts';
import { secretsOnly } from '../../../testing/surroundings.ts';

const backend = (endpoints: string, schema = 'OpenAI'): string => `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: route}
spec:
  rules: [{matches: [{headers: [{type: Exact, name: x-ai-eg-model, value: m}]}], backendRefs: [{name: cloud}]}]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: cloud}
spec:
  schema: {name: ${schema}}
  backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: cloud}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: cloud}
spec: {endpoints: [${endpoints}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: cloud}
spec:
  targetRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: cloud}]
  validation: {wellKnownCACertificates: System, hostname: cloud.example}
`;

export const host = (name: string): string => `{fqdn: {hostname: ${name}, port: 443}}`;

export interface Written {
  readonly endpoints?: string;
  readonly schema?: string;
  readonly spec: string;
  /** Entries of the Secret that is called `s`. */
  readonly secret?: Readonly<Record<string, string>>;
  readonly surroundings?: Partial<Surroundings>;
}

/** A model of a cloud whose credential is this policy: what is said of the policy, and what comes of it. */
export function buildWith({ endpoints = host('cloud.example'), schema, spec, secret = {}, surroundings }: Written) {
  const text = `${backend(endpoints, schema)}---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: BackendSecurityPolicy
metadata: {name: p}
spec: {targetRefs: [{group: aigateway.envoyproxy.io, kind: AIServiceBackend, name: cloud}], ${spec}}
---
apiVersion: v1
kind: Secret
metadata: {name: s}
stringData: ${JSON.stringify(secret)}
`;
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.');
  expect(problems).toEqual([]);
  const built = buildModel(documents, { ...secretsOnly(), hasStandIns: false, ...surroundings });
  const [gateway] = built.gateways;
  const provider = gateway?.providers[0];
  return {
    said: built.problems
      .filter(({ document }) => document === 'BackendSecurityPolicy/p')
      .map((problem) => problemText(problem).replace(/^.*BackendSecurityPolicy\/p: /, '')),
    provider,
    secret: gateway?.secrets.find(({ name }) => name === provider?.credential?.secret),
    isServed: (gateway?.routes[0]?.targets.length ?? 0) > 0,
  };
}

/** A client of an issuer, as a policy names it, and the entry of its Secret. */
export const oidc = '{provider: {issuer: "https://a.example"}, clientID: a, clientSecret: {name: s}}';
export const oidcSecret = { 'client-secret': 'very-secret' };
