import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StatusCode } from '../../src/gen/envoy/type/v3/http_status_pb.js';
import { backendManifest } from './ai-gateway-manifests.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { below, httpRoute, leadTo } from './http-route.ts';
import { apiKey, documents, model, provider } from './policy-documents.ts';
import { type RawAnswer, rawRequest } from './raw-request.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from './recording-provider.ts';
import {
  type Answer,
  headerOf,
  type Reaction,
  type ScriptedProcessor,
  type SeenMessage,
  startScriptedProcessor,
} from './scripted-processor.ts';
import { until } from './until.ts';
import { wasmFirewall } from './wasm-firewall.ts';

type Headers = Readonly<Record<string, string>>;

/** A gateway with a model and ordinary services, and all that filters of one's own may be made of. */
export interface ExtendedGateway {
  readonly gateway: TestGateway;
  readonly llm: RecordingProvider;
  /** Answers 402 to requests with `x-refuse`, marks the others, and tries to speak for the gateway. */
  readonly checker: ScriptedProcessor;
  /** Where `wasmFirewall` is fetched. */
  readonly wasmUrl: string;
  /** Asks the model, with a valid key unless `headers` have another one. */
  ask(headers?: Headers): Promise<RawAnswer>;
  visit(path: string, headers?: Headers): Promise<RawAnswer>;
  /** Headers of a request as they have reached the service; none if it has not. */
  seenAt(path: string, headers?: Headers): Promise<IncomingHttpHeaders>;
  stop(): Promise<void>;
}

export async function startExtendedGateway(): Promise<ExtendedGateway> {
  const key = 'sk-a-key-of-enough-characters';
  const completion = { choices: [{ message: { role: 'assistant', content: 'hi' } }] };
  const llm = await startRecordingProvider((response) => answerJson(response, 200, completion));
  const service = await startRecordingProvider((response, { headers }) => answerJson(response, 200, headers));
  const checker = await startScriptedProcessor(check);
  const files = createServer((_, response) => response.end(wasmFirewall.code));
  await new Promise<void>((resolve) => files.listen(0, '127.0.0.1', resolve));
  const closeAll = async (): Promise<void> => {
    files.close();
    checker.close();
    await service.close();
    await llm.close();
  };
  const gateway = await startGateway({
    env: { KEY: key, PROVIDER_KEY: 'provider-secret' },
    policy: {
      'models.yaml': documents(
        provider('llm', `http://127.0.0.1:${llm.port}/v1`, { credential: { apiKey: { env: 'PROVIDER_KEY' } } }),
        model('small', ['llm/real']),
        apiKey('me', 'KEY'),
      ),
      'services.yaml': documents(
        backendManifest('service', service.port),
        backendManifest('checker', checker.port),
        ...['plain', 'other'].map((name) => httpRoute(name, [leadTo('service', [below(`/${name}`)])])),
      ),
    },
  }).catch(async (error: unknown) => {
    await closeAll();
    throw error;
  });
  const visit: ExtendedGateway['visit'] = (path, headers = {}) =>
    rawRequest(gateway.port, { method: 'GET', path, headers });
  return {
    gateway,
    llm,
    checker,
    wasmUrl: `http://127.0.0.1:${(files.address() as AddressInfo).port}/firewall.wasm`,
    ask: (headers = {}) =>
      rawRequest(gateway.port, {
        path: '/v1/chat/completions',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${key}`, ...headers },
        body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'hello' }] }),
      }),
    visit,
    async seenAt(path, headers = {}) {
      const { status, text } = await visit(path, headers);
      return status === 200 ? (JSON.parse(text) as IncomingHttpHeaders) : {};
    },
    async stop() {
      await gateway.stop();
      await closeAll();
    },
  };
}

/** Envoy takes a change a moment after it has been published. */
export function soon(condition: () => Promise<boolean>): Promise<void> {
  return until('Envoy has the change', condition);
}

function check({ kind, message }: SeenMessage): Reaction {
  if (kind !== 'requestHeaders') return { response: { case: kind, value: {} } } as Answer;
  if (headerOf(message, 'x-refuse') !== undefined) {
    return {
      response: {
        case: 'immediateResponse',
        value: { status: { code: StatusCode.PaymentRequired }, body: Buffer.from('refused') },
      },
    };
  }
  const set = [
    ['x-checked', 'yes'],
    ['x-sluice-credential', 'Bearer forged'],
    ['x-envoy-max-retries', '9'],
  ];
  const setHeaders = set.map(([name = '', value = '']) => ({ header: { key: name, rawValue: Buffer.from(value) } }));
  return { response: { case: kind, value: { response: { headerMutation: { setHeaders } } } } };
}

/** What a policy of Envoy Gateway is for. */
export const gatewayTarget = '{group: gateway.networking.k8s.io, kind: Gateway, name: test}';
export const routeTarget = (name: string): string =>
  `{group: gateway.networking.k8s.io, kind: HTTPRoute, name: ${name}}`;

export const extensionPolicy = (name: string, target: string, spec: unknown): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: {name: ${name}}
spec: {targetRefs: [${target}], ${JSON.stringify(spec).slice(1)}
`;

/** A script that does this to every request. */
export const onRequest = (code: string): string => `function envoy_on_request(handle)\n${code}\nend`;
