import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import type { Egress } from '../../support/kube-api/egress.ts';
import {
  callerWith,
  emptyOlderVersions,
  type GatewaySite,
  olderVersions,
  startGatewaySite,
} from '../../support/kube-api/gateway-site.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { rawRequest } from '../../support/raw-request.ts';

/*
 * What was in force before it was changed into something wrong: by what is written, or by the word of an Envoy. It serves
 * on, and a controller that starts anew must know of it, or its start would be the outage that the change was not.
 */

patience();
const key = 'sk-sluice-last-good-0123456789abcd';
let site: GatewaySite;
let controller: ControllerProcess;
let egress: Egress;

beforeAll(async () => {
  site = await startGatewaySite();
  const objects = [emptyOlderVersions, callerWith(key), provided(), model('provider'), script(answering)];
  await site.server.apply(objects.join('\n---\n'));
  controller = await startController();
  egress = await site.startEgress(controller);
});

afterAll(() => site?.close());

const startController = (xdsPort?: number, stateFolder = site.folder): Promise<ControllerProcess> =>
  site.startController({ flags: ['--state', stateFolder], ...(xdsPort && { xdsPort }) });

/** What the model asks, and the route that the script is for. */
const provided = (): string => `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: { name: provider, namespace: default }
spec: { schema: openai, endpoint: "${site.practice.url}/v1", credential: { none: {} } }
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: scripted, namespace: default }
spec:
  parentRefs: [{ name: test }]
  hostnames: [scripted.example.com]
  rules: [{ backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: backend }] }]
`;

const model = (provider: string): string => `
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: { name: small, namespace: default }
spec: { targets: [{ provider: ${provider} }] }
`;

const answering = "function envoy_on_response(handle) handle:headers():add('x-script', 'runs') end";
const broken = 'function envoy_on_response(handle';

const script = (inline: string): string => `
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: EnvoyExtensionPolicy
metadata: { name: script, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, name: scripted }]
  lua: [{ type: Inline, inline: ${JSON.stringify(inline)} }]
`;

async function chat(): Promise<number | undefined> {
  const answer = await rawRequest(site.port, {
    path: '/v1/chat/completions',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'Hello' }] }),
  }).catch(() => undefined);
  return answer?.status;
}

async function scripted(): Promise<unknown> {
  const headers = { host: 'scripted.example.com' };
  const answer = await rawRequest(site.port, { method: 'GET', path: '/v1/models', headers }).catch(() => undefined);
  return answer?.headers['x-script'];
}

interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

interface Told {
  readonly status?: {
    readonly conditions?: readonly Condition[];
    readonly ancestors?: readonly { readonly conditions: readonly Condition[] }[];
  };
}

async function accepted(resource: string, name: string): Promise<Condition | undefined> {
  const { status } = JSON.parse(await site.server.kubectl('get', resource, name, '-o', 'json')) as Told;
  const conditions = status?.conditions ?? status?.ancestors?.[0]?.conditions ?? [];
  return conditions.find(({ type }) => type === 'Accepted');
}

const isRefused = async (resource: string, name: string): Promise<boolean> =>
  (await accepted(resource, name))?.status === 'False';

/** What a replica that is started anew can know of. */
async function kept(): Promise<readonly string[]> {
  const secret = JSON.parse(
    await site.server.kubectl('get', 'secret', olderVersions, '-n', 'sluice-system', '-o', 'json'),
  );
  const text = Buffer.from(secret.data?.versions ?? '', 'base64').toString();
  const lines = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
  return lines.map(({ kind, object, refused }) =>
    refused === undefined ? `${kind}/${object.metadata.name}` : `${Object.keys(refused.documents)} is refused`,
  );
}

/** With the times at which they became what they are. */
const told = (): Promise<readonly (Condition | undefined)[]> =>
  Promise.all([accepted('model.sluice.dev', 'small'), accepted('envoyextensionpolicy', 'script')]);

/**
 * For so long that a controller that has just started has handed everything out, been answered, and has written what it
 * has to say.
 */
async function servesOn(says?: readonly (Condition | undefined)[]): Promise<void> {
  const until = performance.now() + 3_000;
  while (performance.now() < until) {
    expect([await chat(), await scripted()]).toEqual([200, 'runs']);
    if (says !== undefined) expect(await told()).toEqual(says);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('the last good version', { timeout: 120_000 }, () => {
  it('serves on when a model names what is not there, and when Envoy refuses a script', async () => {
    await until('everything serves', async () => (await chat()) === 200 && (await scripted()) === 'runs', {
      seen: () => `${controller.log()}\n${egress.processor.log()}`,
    });
    await site.server.apply([model('gone'), script(broken)].join('---\n'));
    await until('the model is refused', () => isRefused('model.sluice.dev', 'small'));
    await until('the script is refused', () => isRefused('envoyextensionpolicy', 'script'));
    expect(await accepted('model.sluice.dev', 'small')).toMatchObject({
      reason: 'ProviderNotFound',
      message: expect.stringContaining('The last version that was accepted stays in force.'),
    });
    await servesOn();
  });

  it('serves on when the controller starts anew, and its status says the same all the time', async () => {
    const said = await told();
    expect(said.map((condition) => condition?.status)).toEqual(['False', 'False']);
    for (let times = 0; times < 2; times++) {
      const { xdsPort } = controller;
      await controller.stop();
      await servesOn();
      controller = await startController(xdsPort);
      await until('its pod is connected', () => controller.log().split('client connected').length > 2);
      await until('it writes', () => controller.log().includes('this replica writes now'));
      await servesOn(said);
      // It has not even been sent.
      expect(controller.log()).not.toContain('refused by a client');
    }
    expect((await stat(join(site.folder, 'policy.snapshot'))).mode & 0o777).toBe(0o600);
  });

  it('serves on when it starts anew while the API server is away', async () => {
    const { xdsPort } = controller;
    await controller.stop();
    await site.server.stopServer();
    controller = await startController(xdsPort);
    await until('its pod is connected', () => controller.log().split('client connected').length > 2);
    await servesOn();
    await site.server.startServer();
    await until('the policy is the one of the cluster', async () => {
      const status = await controller.page('/status');
      return status !== undefined && JSON.parse(status).source.servesFrom === 'cluster';
    });
    await servesOn();
  });

  it('serves on with a replica and a pod that have never been there before', async () => {
    const all = 'EnvoyExtensionPolicy/script,Model/small,EnvoyExtensionPolicy/script is refused';
    let seen = '';
    const isKept = async (): Promise<boolean> => {
      seen = (await kept()).join();
      return seen === all;
    };
    await until('others can know of it', isKept, { seen: () => seen });
    await site.server.kubectl('delete', 'secret', olderVersions, '-n', 'sluice-system');
    await until('somebody is told', () => controller.log().includes('Bring it back with helm upgrade'));
    await site.server.apply(emptyOlderVersions);
    await until('others can know of it again', isKept, { seen: () => seen });
    const said = await told();
    const { xdsPort } = controller;
    await egress.stop();
    await controller.stop();
    await mkdir(join(site.folder, 'another'));
    await writeFile(join(site.folder, 'another', 'policy.snapshot'), 'left by somebody else');
    controller = await startController(xdsPort, join(site.folder, 'another'));
    egress = await site.startEgress(controller);
    await until('everything serves', async () => (await chat()) === 200 && (await scripted()) === 'runs', {
      seen: () => `${controller.log()}\n${egress.processor.log()}`,
    });
    expect(controller.log()).toMatch(/"reason":"it is not a snapshot".*the snapshot of the policy is ignored/);
    await until('it writes', () => controller.log().includes('this replica writes now'));
    await servesOn(said);
    expect(controller.log()).not.toContain('refused by a client');
    expect((await kept()).join()).toBe(all);
  });

  it('is forgotten when what is written is right again', async () => {
    await site.server.apply([model('provider'), script(answering.replace('runs', 'mended'))].join('---\n'));
    await until('the mended script runs', async () => (await scripted()) === 'mended');
    await until('the script is accepted', async () => !(await isRefused('envoyextensionpolicy', 'script')));
    await until('the model is accepted', async () => !(await isRefused('model.sluice.dev', 'small')));
    expect(await chat()).toBe(200);
    await until('nothing is kept for others', async () => (await kept()).length === 0);
  });
});
