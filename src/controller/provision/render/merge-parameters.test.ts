import { describe, expect, it } from 'vitest';
import { mergeParameters } from './merge-parameters.ts';

describe('mergeParameters()', () => {
  it('takes from the gateway what it says, and the rest from the class, down to the last field', () => {
    expect(
      mergeParameters(
        {
          images: { envoy: { registry: 'a', tag: '1' } },
          envoy: { resources: { requests: { cpu: '1', memory: '1Gi' } }, env: [{ name: 'A' }, { name: 'B' }] },
          pod: { tolerations: [{ key: 'a' }] },
        },
        {
          images: { envoy: { tag: '2' } },
          envoy: { resources: { requests: { cpu: '2' } }, env: [{ name: 'B', value: 'x' }] },
          pod: { tolerations: [{ key: 'b' }] },
        },
      ),
    ).toEqual({
      images: { envoy: { registry: 'a', tag: '2' } },
      envoy: {
        resources: { requests: { cpu: '2', memory: '1Gi' } },
        env: [{ name: 'A' }, { name: 'B', value: 'x' }],
      },
      pod: { tolerations: [{ key: 'b' }] },
      overlays: [],
    });
  });

  it('keeps overlays apart, those of the class first', () => {
    const [first, second] = [{ service: { spec: { a: 1 } } }, { service: { spec: { b: 2 } } }];
    expect(mergeParameters({ overlays: first }, { overlays: second }).overlays).toEqual([first, second]);
  });

  it('leaves out the store, of which no pod is made', () => {
    const store = { memory: {} };
    expect(mergeParameters({ store }, { store })).toEqual({ overlays: [] });
  });

  it('takes number of pods and budget from the class where the gateway says nothing of them', () => {
    const fixed = { replicas: 3, podDisruptionBudget: { minAvailable: 2 } };
    const scaled = { autoscaling: { min: 3, max: 5 } };
    for (const ofGateway of [undefined, {}, { pod: {} }]) {
      expect(mergeParameters(fixed, ofGateway)).toEqual({ ...fixed, ...ofGateway, overlays: [] });
      expect(mergeParameters(scaled, ofGateway)).toEqual({ ...scaled, ...ofGateway, overlays: [] });
    }
    expect(mergeParameters(fixed, { autoscaling: {} })).toEqual({
      autoscaling: {},
      podDisruptionBudget: { minAvailable: 2 },
      overlays: [],
    });
    expect(mergeParameters(fixed, { replicas: 1 })).toEqual({ ...fixed, replicas: 1, overlays: [] });
  });

  it('lets the gateway choose between fields that exclude each other', () => {
    const scaled = { autoscaling: { min: 3, max: 5 } };
    expect(mergeParameters(scaled, { replicas: 1 })).toEqual({ replicas: 1, overlays: [] });
    expect(mergeParameters({ replicas: 1 }, { autoscaling: {} })).toEqual({ autoscaling: {}, overlays: [] });
    expect(mergeParameters(scaled, { autoscaling: { max: 9 } })).toEqual({
      autoscaling: { min: 3, max: 9 },
      overlays: [],
    });
    expect(
      mergeParameters({ podDisruptionBudget: { minAvailable: 1 } }, { podDisruptionBudget: { maxUnavailable: 1 } }),
    ).toEqual({ podDisruptionBudget: { maxUnavailable: 1 }, overlays: [] });
  });
});
