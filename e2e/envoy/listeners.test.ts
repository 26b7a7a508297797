import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { rawRequest } from '../support/raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/*
 * A Gateway with several listeners on a real Envoy: each has the routes that are attached to it, and one that cannot be
 * served costs the others nothing.
 */

const key = 'a-client-key-of-enough-characters';

let practice: Practice;
let service: RecordingProvider;
let gateway: TestGateway;
let otherPort: number;

const manifests = (port: number): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: test}
spec:
  addresses: [{value: 127.0.0.1}]
  listeners:
  - {name: raw, protocol: TCP, port: 9000}
  - {name: a, protocol: HTTP, port: ${port}}
  - {name: secure, protocol: HTTPS, port: 9443}
  - {name: again, protocol: HTTP, port: ${port}}
  - {name: unfinished, protocol: HTTPS, port: 9444, tls: {certificateRefs: [{name: nobody-made-it}]}}
  - {name: b, protocol: HTTP, port: ${otherPort}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: clients}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: test}]
  apiKeyAuth: {credentialRefs: [{name: clients}], extractFrom: [{headers: [x-api-key]}]}
---
apiVersion: v1
kind: Secret
metadata: {name: clients}
stringData: {ana: ${key}}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: practice}
spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${practice.port}}}]}
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: Backend
metadata: {name: service}
spec: {endpoints: [{ip: {address: 127.0.0.1, port: ${service.port}}}]}
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: {name: practice}
spec: {schema: {name: OpenAI, prefix: practice/v1}, backendRef: {group: gateway.envoyproxy.io, kind: Backend, name: practice}}
${aiRoute('on-a', '{name: test, sectionName: a}')}
${aiRoute('on-b', `{name: test, port: ${otherPort}}`)}
${aiRoute('on-both', '{name: test}')}
${httpRoute('on-a', '{name: test, sectionName: a}')}
${httpRoute('on-b', `{name: test, port: ${otherPort}}`)}
${httpRoute('unserved', '{name: test, sectionName: raw}')}
`;

function aiRoute(name: string, parent: string): string {
  return `---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: {name: model-${name}}
spec:
  parentRefs: [${parent}]
  rules:
  - matches: [{headers: [{name: x-ai-eg-model, value: ${name}}]}]
    backendRefs: [{name: practice}]`;
}

function httpRoute(name: string, parent: string): string {
  return `---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: ${name}}
spec:
  parentRefs: [${parent}]
  rules:
  - matches: [{path: {value: /${name}}}]
    backendRefs: [{group: gateway.envoyproxy.io, kind: Backend, name: service}]`;
}

async function ask(port: number, model: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-api-key': key };
  const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] });
  return (await rawRequest(port, { path: '/v1/chat/completions', headers, body })).status;
}

async function visit(port: number, path: string): Promise<number> {
  return (await rawRequest(port, { method: 'GET', path, headers: { 'x-api-key': key } })).status;
}

async function listed(port: number): Promise<readonly string[]> {
  const { text } = await rawRequest(port, { method: 'GET', path: '/v1/models', headers: { 'x-api-key': key } });
  return (JSON.parse(text) as { data: { id: string }[] }).data.map(({ id }) => id);
}

beforeAll(async () => {
  practice = await startPractice();
  service = await startRecordingProvider((response) => answerJson(response, 200, {}));
  otherPort = await freePort();
  gateway = await startGateway({ policy: (port) => ({ 'gateway.yaml': manifests(port) }) });
  await until('the other listener answers', async () => (await ask(otherPort, 'on-both').catch(() => 0)) === 200);
});

afterAll(async () => {
  await gateway?.stop();
  await service?.close();
  await practice?.close();
});

describe('listeners of a Gateway', () => {
  it('have the models of the routes that are attached to them', async () => {
    const { port } = gateway;
    const models = ['on-a', 'on-b', 'on-both'];
    expect(await Promise.all(models.map((model) => ask(port, model)))).toEqual([200, 404, 200]);
    expect(await Promise.all(models.map((model) => ask(otherPort, model)))).toEqual([404, 200, 200]);
    expect(await listed(port)).toEqual(['on-a', 'on-both']);
    expect(await listed(otherPort)).toEqual(['on-b', 'on-both']);
  });

  it('have the services of the routes that are attached to them', async () => {
    const { port } = gateway;
    expect([await visit(port, '/on-a'), await visit(port, '/on-b')]).toEqual([200, 404]);
    expect([await visit(otherPort, '/on-a'), await visit(otherPort, '/on-b')]).toEqual([404, 200]);
  });
});
