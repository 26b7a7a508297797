import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProcessingMode_BodySendMode as BodyMode } from '../../src/gen/envoy/extensions/filters/http/ext_proc/v3/processing_mode_pb.js';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import { attachedPolicy } from '../support/attached-policy.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { backendRef, below, httpRoute, leadTo } from '../support/http-route.ts';
import { documents } from '../support/policy-documents.ts';
import type { RecordingProvider } from '../support/recording-provider.ts';
import {
  type Reaction,
  type ScriptedProcessor,
  type SeenMessage,
  startScriptedProcessor,
} from '../support/scripted-processor.ts';
import { startToldService, type ToldAnswer, tell } from '../support/told-service.ts';
import { until } from '../support/until.ts';

/*
 * What a processor of an EnvoyExtensionPolicy is told and may do, field by field, on a real Envoy. What a filter of
 * somebody's own does to requests at all is seen in `extensions.test.ts`.
 */

type Spec = Readonly<Record<string, unknown>>;

const extProc = (processingMode: Spec, more: Spec = {}): Spec => ({
  extProc: [{ backendRefs: [backendRef('processor')], processingMode, messageTimeout: '5s', ...more }],
});

/** Notes something for the processor, and shows what that has noted. */
const script = `
function envoy_on_request(handle)
  handle:streamInfo():dynamicMetadata():set("open", "word", "told")
  handle:streamInfo():dynamicMetadata():set("hidden", "word", "told")
end
function envoy_on_response(handle)
  for _, name in ipairs({"welcome", "unwelcome"}) do
    local noted = handle:streamInfo():dynamicMetadata():get(name)
    handle:headers():add("x-" .. name, noted and noted["word"] or "nothing")
  end
end`;

/** Each for the rule of its name. */
const policies: Readonly<Record<string, Spec>> = {
  request: extProc({ request: {} }),
  answer: extProc({ response: {} }),
  attributes: extProc({
    request: { attributes: ['request.path', 'request.method'] },
    response: { attributes: ['response.code'] },
  }),
  buffered: extProc({ request: { body: 'Buffered' }, response: { body: 'Buffered' } }),
  streamed: extProc({ request: { body: 'Streamed' }, response: { body: 'Streamed' } }),
  partial: extProc({ request: { body: 'BufferedPartial' } }),
  duplex: extProc({ request: { body: 'FullDuplexStreamed' } }),
  changing: extProc({ request: {}, allowModeOverride: true }),
  unchanging: extProc({ request: {} }),
  noting: {
    lua: [{ type: 'Inline', inline: script }],
    ...extProc({ request: {} }, { metadata: { accessibleNamespaces: ['open'], writableNamespaces: ['welcome'] } }),
  },
  late: extProc({ request: {} }, { messageTimeout: '300ms' }),
  'late-and-optional': extProc({ request: {} }, { messageTimeout: '300ms', failOpen: true }),
};

const manifests = (ports: { readonly service: number; readonly processor: number }): string =>
  documents(
    backendManifest('one', ports.service),
    backendManifest('processor', ports.processor),
    httpRoute(
      'extended',
      Object.keys(policies).map((name) => ({ name, ...leadTo('one', [below(`/${name}`)]) })),
    ),
    ...Object.entries(policies).map(([name, spec]) =>
      attachedPolicy('EnvoyExtensionPolicy', name, { kind: 'HTTPRoute', name: 'extended', sectionName: name }, spec),
    ),
  );

let service: RecordingProvider;
let processor: ScriptedProcessor;
let gateway: TestGateway;
/** The rule that is asked about, which later messages of a stream do not say. */
let rule = '';

function react({ kind, message }: SeenMessage): Reaction {
  if (rule.startsWith('late')) return 'silence';
  const { request } = message;
  if (rule === 'duplex' && request.case === 'requestBody') {
    const { body, endOfStream } = request.value;
    const streamedResponse = { body: Buffer.from(Buffer.from(body).toString().toUpperCase()), endOfStream };
    const bodyMutation = { mutation: { case: 'streamedResponse', value: streamedResponse } } as const;
    return { response: { case: 'requestBody', value: { response: { bodyMutation } } } };
  }
  const word = { word: 'noted' };
  return {
    response: { case: kind, value: {} },
    ...(rule.endsWith('changing') && { modeOverride: { requestBodyMode: BodyMode.BUFFERED } }),
    ...(rule === 'noting' && { dynamicMetadata: { welcome: word, unwelcome: word } }),
  } as Reaction;
}

/** The answer, and what the processor has been told about it. */
async function ask(name: string): Promise<{ readonly answer: ToldAnswer; readonly told: readonly SeenMessage[] }> {
  rule = name;
  const before = processor.seen.length;
  const answer = await tell(gateway.port, `/${name}`, {}, 'POST', 'a body of a request');
  return { answer, told: processor.seen.slice(before) };
}

beforeAll(async () => {
  service = await startToldService('one');
  processor = await startScriptedProcessor(react);
  const ports = { service: service.port, processor: processor.port };
  gateway = await startGateway({ policy: { 'policy.yaml': manifests(ports) } });
  await until('the routes are there', async () => (await ask('request')).answer.status === 200);
});

afterAll(async () => {
  await gateway?.stop();
  processor?.close();
  await service?.close();
});

describe('a processor', () => {
  const [requestHeaders, requestBody, responseHeaders, responseBody] = [
    ...['requestHeaders', 'requestBody', 'responseHeaders', 'responseBody'],
  ];

  it.each([
    ['request', [requestHeaders]],
    ['answer', [responseHeaders]],
    ['buffered', [requestHeaders, requestBody, responseHeaders, responseBody]],
    ['streamed', [requestHeaders, requestBody, responseHeaders, responseBody]],
    ['partial', [requestHeaders, requestBody]],
    ['duplex', [requestHeaders, requestBody]],
    ['changing', [requestHeaders, requestBody]],
    ['unchanging', [requestHeaders]],
  ])('whose policy is %s is told of %j', async (name, kinds) => {
    const { answer, told } = await ask(name);
    expect(answer.status).toBe(200);
    expect([...new Set(told.map(({ kind }) => kind))]).toEqual(kinds);
    const sent = told.flatMap(({ message: { request } }) =>
      request.case === 'requestBody' ? [request.value.body] : [],
    );
    expect(Buffer.concat(sent).toString()).toBe(kinds.includes(requestBody) ? 'a body of a request' : '');
    expect(service.requests.at(-1)?.body).toBe(name === 'duplex' ? 'A BODY OF A REQUEST' : 'a body of a request');
  });

  it('is told the attributes that are named for each direction', async () => {
    const { told } = await ask('attributes');
    const attributes = told.map(({ message }) => Object.values(message.attributes)[0]);
    expect(attributes).toEqual([{ 'request.path': '/attributes', 'request.method': 'POST' }, { 'response.code': 200 }]);
  });

  it('reads and writes the metadata that is named, and no other', async () => {
    const { answer, told } = await ask('noting');
    expect(told[0]?.message.metadataContext?.filterMetadata).toEqual({ open: { word: 'told' } });
    expect(answer.headers).toMatchObject({ 'x-welcome': 'noted', 'x-unwelcome': 'nothing' });
  });

  it('is waited for as long as is said, and no longer', async () => {
    const { answer } = await ask('late');
    expect([answer.status, answer.asked]).toEqual([503, 0]);
    expect((await ask('late-and-optional')).answer).toMatchObject({ status: 200, asked: 1 });
    expect(answer.ms).toBeGreaterThan(290);
    expect(answer.ms).toBeLessThan(4_500);
  });
});
