import { describe, expect, it } from 'vitest';
import type { KubeClient } from '../../kube/client.ts';
import { kubeError } from '../../kube/error.ts';
import { ipv4Only } from '../../lib/address-families.ts';
import { err, ok } from '../../lib/result.ts';
import { faultyParameters } from './faulty-parameters.ts';
import type { ProvisionedKind } from './provisioned-kind.ts';
import { render } from './render/render.ts';
import type { ProvisionSettings } from './settings.ts';
import { edgeGateway as gateway } from './testing/edge-gateway.ts';
import { isTakenWith } from './trial.ts';
import type { ParameterSpecs } from './wanted-gateways.ts';

const settings: ProvisionSettings = {
  controllerName: 'sluice.dev/gateway-controller',
  images: { envoy: { registry: '', repository: 'envoy' }, processor: { registry: '', repository: 'processor' } },
  pullSecrets: [],
  families: ipv4Only,
  xds: { host: 'controller', port: 18_000 },
};

/** An API server that takes nothing with one of these words in it. */
function refusing(...words: readonly string[]) {
  const tried: unknown[] = [];
  const client: Pick<KubeClient, 'apply'> = {
    async apply(ref, body, options) {
      tried.push([ref.plural, options]);
      const text = JSON.stringify(body);
      return words.some((word) => text.includes(word))
        ? err(kubeError(422, 'Invalid', 'is not taken'))
        : ok(body as never);
    },
  };
  return { client, tried };
}

async function faulty(client: Pick<KubeClient, 'apply'>, parameters: ParameterSpecs, kind: ProvisionedKind) {
  const { ofClass, ofGateway } = parameters;
  const classParameters = ofClass && { classParameters: ofClass };
  const rendered = render({
    gateway,
    settings,
    ...classParameters,
    ...(ofGateway && { gatewayParameters: ofGateway }),
  });
  const object = rendered.ok ? rendered.value.find((each) => each.kind === kind) : undefined;
  if (object === undefined) throw new Error(`no ${kind} is made`);
  const refused = { client, gateway, settings, parameters, object };
  return faultyParameters(parameters, (other) => isTakenWith(refused, { parameters: other }));
}

const paused = (value: string): NonNullable<ParameterSpecs['ofClass']> => ({
  overlays: { deployment: { spec: { paused: value } } },
});

describe('faultyParameters()', () => {
  it('are those without which the API server takes the object, which it is asked and stores nothing', async () => {
    const { client, tried } = refusing('bad');
    expect(await faulty(client, { ofClass: paused('good'), ofGateway: paused('bad') }, 'Deployment')).toEqual([
      'ofGateway',
    ]);
    expect(tried).toEqual([
      ['deployments', { dryRun: true }],
      ['deployments', { dryRun: true }],
    ]);
    expect(await faulty(client, { ofClass: paused('bad'), ofGateway: {} }, 'Deployment')).toEqual(['ofClass']);
  });

  it('are both where either is too much, or each is wrong by itself', async () => {
    const env = (name: string) => ({ envoy: { env: [{ name, value: 'x' }] } });
    const together: Pick<KubeClient, 'apply'> = {
      apply: async (_, body) =>
        /ONE.*TWO/.test(JSON.stringify(body)) ? err(kubeError(422, 'Invalid', 'too many')) : ok(body as never),
    };
    const parameters = { ofClass: env('ONE'), ofGateway: env('TWO') };
    expect(await faulty(together, parameters, 'Deployment')).toEqual(['ofClass', 'ofGateway']);
    const { client } = refusing('ONE', 'TWO');
    expect(await faulty(client, parameters, 'Deployment')).toEqual(['ofClass', 'ofGateway']);
  });

  it('are nobody’s where the API server refuses the object all the same', async () => {
    const { client } = refusing('edge');
    expect(await faulty(client, { ofClass: paused('a'), ofGateway: paused('b') }, 'Deployment')).toEqual([]);
    expect(await faulty(client, {}, 'Deployment')).toEqual([]);
  });

  it('are those without which there is no such object', async () => {
    const { client } = refusing('NetworkPolicy');
    expect(await faulty(client, { ofGateway: { networkPolicy: { enabled: true } } }, 'NetworkPolicy')).toEqual([
      'ofGateway',
    ]);
  });
});
