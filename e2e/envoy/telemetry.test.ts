import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ReceivedSpan, type Receiver, startReceiver } from '../../src/lib/otlp/testing/receiver.ts';
import { caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, document, documents, model, provider } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/*
 * Spans of requests through a real Envoy, at the collector that the policy names, which changes while requests run.
 */

const secret = 'sk-sluice-telemetry-test-key';
const [traceId, callerSpan] = ['0af7651916cd43dd8448eb211c80319c', 'b7ad6b7169203331'];

let receiver: Receiver;
let later: Receiver;
let recording: RecordingProvider;
let gateway: TestGateway;

const telemetry = (url: string): string =>
  document('GatewayPolicy', 'default', { telemetry: { otlp: { endpoint: url } } });

beforeAll(async () => {
  [receiver, later] = await Promise.all([startReceiver(), startReceiver()]);
  recording = await startRecordingProvider((response, { path }) =>
    answerJson(response, path.startsWith('/first') ? 503 : 200, {}),
  );
  const url = `http://127.0.0.1:${recording.port}`;
  process.env.OTEL_BSP_SCHEDULE_DELAY = '20';
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('first', `${url}/first/v1`),
        provider('second', `${url}/second/v1`),
        model('small', ['first/one', 'second/two']),
        apiKey('ana', 'CALLER_KEY', { owner: { project: 'checkout' } }),
      ),
    },
    env: { CALLER_KEY: secret },
  });
  delete process.env.OTEL_BSP_SCHEDULE_DELAY;
});

afterAll(async () => {
  await gateway?.stop();
  await recording?.close();
  receiver?.close();
  later?.close();
});

it('reach the collector of the policy in force, below the span of the caller, and no provider', async () => {
  const ask = caller(() => gateway.url, secret);
  const headers = { traceparent: `00-${traceId}-${callerSpan}-01`, tracestate: 'a=b', baggage: 'user=ana' };
  expect((await ask({ model: 'small', headers })).status).toBe(200);
  await gateway.write('telemetry.yaml', telemetry(receiver.url));
  await expect
    .poll(async () => {
      await ask({ model: 'small', headers });
      return receiver.spans.length;
    })
    .toBeGreaterThanOrEqual(3);
  const request = receiver.spans.find(({ name }) => name === 'Gateway request');
  expect(request).toMatchObject({ traceId, parentSpanId: callerSpan, kind: 2, status: {} });
  const attempts = receiver.spans.filter(({ parentSpanId }) => parentSpanId === request?.spanId);
  expect(attempts.map(({ name, status }) => [name, status.code])).toEqual([
    ['Provider routing', 2],
    ['Provider routing', undefined],
  ]);
  expect(JSON.stringify(receiver.spans)).not.toContain(secret);
  for (const { headers: seen } of recording.requests) {
    for (const name of Object.keys(headers)) expect(seen).not.toHaveProperty(name);
  }

  const asked = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai' };
  expect(attempts.map(fieldsOf)).toMatchObject([
    { ...asked, 'sluice.provider': 'first', 'gen_ai.request.model': 'one', 'error.type': '503' },
    { ...asked, 'sluice.provider': 'second', 'gen_ai.request.model': 'two', 'http.response.status_code': '200' },
  ]);
  expect(request && fieldsOf(request)).toMatchObject({
    ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.request.model': 'small', 'url.path': '/v1/chat/completions' },
    ...{
      'sluice.key': 'ana',
      'sluice.project': 'checkout',
      'sluice.attempts': '2',
      'http.response.status_code': '200',
    },
  });

  await gateway.write('telemetry.yaml', telemetry(later.url));
  await expect
    .poll(async () => {
      await ask({ model: 'small' });
      return later.spans.length;
    })
    .toBeGreaterThanOrEqual(3);
  expect(await gateway.processors[0]?.metrics()).toMatch(/^sluice_spans_exported_total [1-9]/m);

  // What is refused has been nobody's to answer.
  const refused = { traceparent: `00-${'1'.repeat(32)}-${callerSpan}-01` };
  expect((await ask({ model: 'nothing', headers: refused })).status).toBe(404);
  const ofRefused = () => later.spans.filter((span) => span.traceId === '1'.repeat(32));
  await expect.poll(() => ofRefused().map(({ name }) => name)).toEqual(['Gateway request']);
  expect(ofRefused().map(fieldsOf)).toMatchObject([{ 'error.type': 'model_not_found', 'sluice.key': 'ana' }]);
});

function fieldsOf({ attributes }: ReceivedSpan): Readonly<Record<string, unknown>> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
