import { describe, expect, it } from 'vitest';
import { ipv4Only } from '../../../lib/address-families.ts';
import type { GatewayParametersSpec } from '../../../policy/gateway-parameters.ts';
import { edgeGateway } from '../testing/edge-gateway.ts';
import type { Json } from './json.ts';
import { render } from './render.ts';

/* How many pods there are, and how many may be away. */

const image = { registry: 'registry.example.com', repository: 'sluice', tag: '1' };

function specOf(kind: string, gatewayParameters: GatewayParametersSpec) {
  const objects = render({
    gateway: edgeGateway,
    gatewayParameters,
    settings: {
      controllerName: 'sluice.dev/gateway-controller',
      images: { envoy: image, processor: image },
      pullSecrets: [],
      families: ipv4Only,
      xds: { host: 'controller', port: 18_000 },
    },
  });
  if (!objects.ok) throw new Error(objects.error);
  return objects.value.find((each) => each.kind === kind)?.object.spec as Json | undefined;
}

describe('an autoscaler', () => {
  const bounds = (autoscaling: NonNullable<GatewayParametersSpec['autoscaling']>) => {
    const { minReplicas, maxReplicas } = specOf('HorizontalPodAutoscaler', { autoscaling }) ?? {};
    return [minReplicas, maxReplicas];
  };

  it('keeps two pods to ten, and what is said of one bound fits the other', () => {
    expect(bounds({})).toEqual([2, 10]);
    expect(bounds({ min: 3 })).toEqual([3, 10]);
    expect(bounds({ max: 5 })).toEqual([2, 5]);
    expect(bounds({ min: 12 })).toEqual([12, 12]);
    expect(bounds({ max: 1 })).toEqual([1, 1]);
  });

  it('looks at every container that asks for CPU, or may have so much of it, and at no other', () => {
    const scaled = (parameters: GatewayParametersSpec) => {
      const { metrics } = specOf('HorizontalPodAutoscaler', parameters) ?? {};
      return (metrics as readonly Json[]).map(({ containerResource }) => (containerResource as Json).container);
    };
    expect(scaled({})).toEqual(['envoy', 'processor']);
    const none = { requests: { cpu: null }, limits: {} };
    expect(scaled({ processor: { resources: none } })).toEqual(['envoy']);
    expect(scaled({ processor: { resources: { ...none, limits: { cpu: '2' } } } })).toEqual(['envoy', 'processor']);
  });

  it('is not there where the number is fixed', () => {
    expect(specOf('HorizontalPodAutoscaler', { replicas: 4 })).toBeUndefined();
    expect(specOf('Deployment', { replicas: 4 })?.replicas).toBe(4);
  });
});

describe('a budget of disruptions', () => {
  const budget = (parameters: GatewayParametersSpec) => specOf('PodDisruptionBudget', parameters);

  it('keeps one pod, unless it says otherwise', () => {
    expect(budget({})).toMatchObject({ minAvailable: 1, unhealthyPodEvictionPolicy: 'AlwaysAllow' });
    expect(budget({ podDisruptionBudget: { minAvailable: 2 } })?.minAvailable).toBe(2);
    const other = budget({ podDisruptionBudget: { maxUnavailable: 3 } });
    expect([other?.maxUnavailable, other && 'minAvailable' in other]).toEqual([3, false]);
  });

  it('is not there for a single pod, which no node could be emptied of, unless somebody asks for it', () => {
    expect(budget({ replicas: 1 })).toBeUndefined();
    expect(budget({ autoscaling: { max: 1 } })).toBeUndefined();
    expect(budget({ replicas: 1, podDisruptionBudget: { maxUnavailable: 0 } })?.maxUnavailable).toBe(0);
  });

  it('is as if nobody had asked for it when it is written and empty', () => {
    for (const parameters of [{}, { replicas: 1 }, { autoscaling: { max: 1 } }, { autoscaling: { min: 1 } }]) {
      expect(budget({ ...parameters, podDisruptionBudget: {} })).toEqual(budget(parameters));
    }
  });

  it('lets go of one at a time where an autoscaler may make do with one', () => {
    expect(budget({ autoscaling: { min: 1 } })).toMatchObject({ maxUnavailable: 1 });
    expect(budget({ autoscaling: { min: 1 } })).not.toHaveProperty('minAvailable');
    expect(budget({ autoscaling: { min: 1 }, podDisruptionBudget: { minAvailable: 1 } })?.minAvailable).toBe(1);
  });
});
