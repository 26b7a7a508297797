import { describe, expect, it } from 'vitest';
import { parseSpec, problemsOf } from './testing/documents.ts';

describe('GatewayParameters', () => {
  it('fills in nothing: what is left open others may say', () => {
    expect(parseSpec('GatewayParameters', '{envoy: {}, log: {}}').documents[0]?.spec).toEqual({ envoy: {}, log: {} });
  });

  it('keeps parts of Kubernetes objects as they are, null included', () => {
    const spec = '{overlays: {service: {spec: {ports: [{port: 80, nodePort: null}]}}}, pod: {tolerations: [{key: a}]}}';
    expect(parseSpec('GatewayParameters', spec).documents[0]?.spec).toEqual({
      overlays: { service: { spec: { ports: [{ port: 80, nodePort: null }] } } },
      pod: { tolerations: [{ key: 'a' }] },
    });
  });

  it.each([
    ['{replicas: 2, autoscaling: {}}', 'spec.replicas is given together with autoscaling — keep one of them'],
    ['{autoscaling: {min: 3, max: 2}}', 'spec.autoscaling.max 2 is less than min, which is 3 — make it no less'],
    ['{shutdown: {min: 20s, max: 10s}}', 'spec.shutdown.max is shorter than min — make max no shorter than min'],
    [
      '{podDisruptionBudget: {minAvailable: 1, maxUnavailable: 1}}',
      'spec.podDisruptionBudget has both minAvailable and maxUnavailable — keep one of them',
    ],
    ['{envoy: {env: [{value: a}]}}', 'spec.envoy.env[0].name is missing — add name: NAME'],
    ['{envoy: {resources: 2}}', 'spec.envoy.resources is not a map — write a map, as in a Kubernetes manifest'],
    ['{overlays: {daemonSet: {}}}', 'spec.overlays.daemonSet is not a known field'],
    ['{images: {envoy: {digest: latest}}}', 'spec.images.envoy.digest "latest" is not a digest'],
    ['{processor: {workers: 0}}', 'spec.processor.workers 0 is less than 1'],
  ])('says what is wrong with %s', (spec, text) => {
    const problems = problemsOf('GatewayParameters', spec);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text);
  });
});
