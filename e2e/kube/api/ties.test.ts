import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ControllerProcess } from '../../support/kube-api/controller.ts';
import { callerWith, type GatewaySite, startGatewaySite } from '../../support/kube-api/gateway-site.ts';
import { patience, until } from '../../support/kube-api/patience.ts';
import { rawRequest } from '../../support/raw-request.ts';

/* Two objects that want the same: the older one has it, as Gateway API demands, until it is deleted and made again. */

patience();
const key = 'sk-sluice-ties-0123456789abcdefgh';
let site: GatewaySite;
let controller: ControllerProcess;

beforeAll(async () => {
  site = await startGatewaySite();
  await site.server.apply([callerWith(key), serviceBackend, claims('z')].join('---\n'));
  // A write of several objects may begin in one second and end in the next one.
  const lastMade = Math.max(...(await Promise.all(claimed.map((kind) => madeAt(kind, 'z')))));
  await until('what comes next is younger', () => Date.now() >= lastMade + 1_000);
  await site.server.apply(claims('a'));
  controller = await site.startController();
  await site.startEgress(controller);
});

afterAll(() => site?.close());

const serviceBackend = `
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIServiceBackend
metadata: { name: backend, namespace: default }
spec: { schema: { name: OpenAI }, backendRef: { group: gateway.envoyproxy.io, kind: Backend, name: backend } }
`;

const claimed = ['httproute', 'aigatewayroute', 'backendtrafficpolicy'];

/** Three objects of one name, each of which wants what the one of the other name wants. */
const claims = (name: string): string => `
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: { name: ${name}, namespace: default }
spec:
  parentRefs: [{ name: test }]
  hostnames: [tied.example.com]
  rules:
    - backendRefs: [{ group: gateway.envoyproxy.io, kind: Backend, name: backend }]
      filters: [{ type: ResponseHeaderModifier, responseHeaderModifier: { set: [{ name: x-route, value: ${name} }] } }]
---
apiVersion: aigateway.envoyproxy.io/v1beta1
kind: AIGatewayRoute
metadata: { name: ${name}, namespace: default }
spec:
  parentRefs: [{ name: test, kind: Gateway, group: gateway.networking.k8s.io }]
  rules:
    - matches: [{ headers: [{ type: Exact, name: x-ai-eg-model, value: tied }] }]
      modelsOwnedBy: ${name}
      backendRefs: [{ name: backend, modelNameOverride: model-of-${name} }]
---
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: BackendTrafficPolicy
metadata: { name: ${name}, namespace: default }
spec:
  targetRefs: [{ group: gateway.networking.k8s.io, kind: Gateway, name: test }]
  retry: { numRetries: 1 }
`;

async function objectOf<T>(kind: string, name: string): Promise<T> {
  return JSON.parse(await site.server.kubectl('get', kind, name, '--output', 'json'));
}

async function madeAt(kind: string, name: string): Promise<number> {
  const { metadata } = await objectOf<{ readonly metadata: { readonly creationTimestamp: string } }>(kind, name);
  return Date.parse(metadata.creationTimestamp);
}

/** Which of the two has what both want, by kind. */
async function winners(): Promise<Readonly<Record<string, unknown>>> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ model: 'tied', messages: [{ role: 'user', content: 'Hello' }] });
  const ask = (request: Parameters<typeof rawRequest>[1]) => rawRequest(site.port, request).catch(() => undefined);
  const [service, chat, models, explained] = await Promise.all([
    ask({ method: 'GET', path: '/v1/models', headers: { host: 'tied.example.com' } }),
    ask({ path: '/v1/chat/completions', headers, body }),
    ask({ method: 'GET', path: '/v1/models', headers }),
    controller.page('/explain?key=caller&model=tied'),
  ]);
  const modelOf = (text = ''): string | undefined => /model-of-(\w)/.exec(text)?.[1];
  const asked = site.practice.requests.findLast(({ path }) => path.includes('/chat/'))?.bytes.toString();
  return {
    service: service?.headers['x-route'],
    chat: chat?.status === 200 ? modelOf(asked) : chat?.status,
    explained: modelOf(explained),
    owner: /"owned_by":"(\w)"/.exec(models?.text ?? '')?.[1],
  };
}

interface Policy {
  readonly status?: {
    readonly ancestors?: readonly {
      readonly conditions: readonly { readonly type: string; readonly reason: string; readonly message: string }[];
    }[];
  };
}

async function acceptance(name: string): Promise<string | undefined> {
  const { status } = await objectOf<Policy>('backendtrafficpolicy', name);
  const condition = status?.ancestors?.[0]?.conditions.find(({ type }) => type === 'Accepted');
  return condition && `${condition.reason}: ${condition.message}`;
}

async function untilWinner(winner: string, loser: string): Promise<void> {
  let seen: unknown;
  const has = async (): Promise<boolean> => {
    const statuses = [await acceptance(winner), await acceptance(loser)];
    const found = await winners();
    seen = [found, statuses];
    const reasons = statuses.map((text) => text?.split(':', 1)[0]);
    return Object.values(found).every((one) => one === winner) && reasons.join() === 'Accepted,Conflicted';
  };
  await until(`${winner} has everything`, has, { seen: () => JSON.stringify(seen) });
  expect(await acceptance(loser)).toContain(`BackendTrafficPolicy/${winner} is for the same Gateway, and older`);
}

describe('of objects that want the same', () => {
  it('the older one has it, whatever its name', async () => {
    await untilWinner('z', 'a');
  });

  it('one that is deleted and made again is younger', async () => {
    for (const kind of claimed) await site.server.kubectl('delete', kind, 'z');
    await site.server.apply(claims('z'));
    await untilWinner('a', 'z');
  });
});
