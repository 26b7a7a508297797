import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { aiRoute, backendManifest, localBackend, modelRule, secretOf } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { freePort, startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents, gatewayManifest } from '../support/policy-documents.ts';
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

const manifests = (port: number): string =>
  documents(
    gatewayManifest([
      { name: 'raw', protocol: 'TCP', port: 9000 },
      { name: 'a', protocol: 'HTTP', port },
      { name: 'secure', protocol: 'HTTPS', port: 9443 },
      { name: 'again', protocol: 'HTTP', port },
      {
        ...{ name: 'unfinished', protocol: 'HTTPS', port: 9444 },
        tls: { certificateRefs: [{ name: 'nobody-made-it' }] },
      },
      { name: 'b', protocol: 'HTTP', port: otherPort },
    ]),
    attachedPolicy(
      'SecurityPolicy',
      'clients',
      { kind: 'Gateway', name: 'test' },
      { apiKeyAuth: { credentialRefs: [{ name: 'clients' }], extractFrom: [{ headers: ['x-api-key'] }] } },
    ),
    secretOf('clients', { ana: key }),
    backendManifest('service', service.port),
    localBackend({ name: 'llm', port: practice.port, prefix: 'practice/v1' }),
    ...routes('on-a', { name: 'test', sectionName: 'a' }),
    ...routes('on-b', { name: 'test', port: otherPort }),
    ...routes('on-both', { name: 'test' }),
    httpRoute('unserved', [leadTo('service', [below('/unserved')])], {
      parentRefs: [{ name: 'test', sectionName: 'raw' }],
    }),
  );

/** A model and a service of this name. */
function routes(name: string, parent: Readonly<Record<string, unknown>>): readonly string[] {
  const parentRefs = [parent];
  return [
    aiRoute(`model-${name}`, [modelRule(name)], { parentRefs }),
    httpRoute(name, [leadTo('service', [below(`/${name}`)])], { parentRefs }),
  ];
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
