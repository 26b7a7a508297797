import { afterAll, beforeAll, expect, it } from 'vitest';
import { expressionsOfChart, readsOf } from '../../tools/monitoring/monitored.ts';
import { caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, smallModel } from '../support/policy-documents.ts';
import { answerJson, type RecordingProvider, startRecordingProvider } from '../support/recording-provider.ts';

/* What dashboards and alerts of the chart read of Envoy, asked of a real one that has answered something. */

const secret = 'sk-sluice-metrics-test-key';
let recording: RecordingProvider;
let gateway: TestGateway;

beforeAll(async () => {
  recording = await startRecordingProvider((response) => answerJson(response, 200, {}));
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(smallModel(recording.port), apiKey('ana', 'CALLER_KEY')),
    },
    env: { CALLER_KEY: secret },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await recording?.close();
});

it('Envoy has the metrics that dashboards and alerts read, under the labels by which they choose', async () => {
  expect((await caller(() => gateway.url, secret)({ model: 'small' })).status).toBe(200);
  const reads = expressionsOfChart().flatMap(([, expression]) => readsOf(expression));
  const ofEnvoy = reads.filter(({ metric }) => metric.startsWith('envoy_'));
  const shown = await gateway.envoy.admin('/stats/prometheus');
  expect(ofEnvoy.length).toBeGreaterThan(3);
  for (const { metric, labels } of ofEnvoy) {
    const series = shown.split('\n').filter((line) => line.startsWith(`${metric}{`));
    expect(series.length, metric).toBeGreaterThan(0);
    for (const label of labels.filter((each) => each.startsWith('envoy_'))) {
      expect(series.join('\n'), metric).toContain(`${label}="`);
    }
  }
  expect(shown).toContain('envoy_cluster_membership_healthy{envoy_cluster_name="sluice-processor"} 1');
  expect(shown).toContain('envoy_control_plane_connected_state{} 1');
});
