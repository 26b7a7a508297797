import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { buildModel } from '../../../src/model/build/build.ts';
import { secretsOnly } from '../../../src/model/build/testing/surroundings.ts';
import { parseDocuments } from '../../../src/policy/parse.ts';
import { decisionText } from './decisions.ts';
import { compileProgram, explain } from './explanation.ts';

const testdata = `${import.meta.dirname}/../../../src/model/build/testdata`;

const caller = `
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: ana}
spec: {secretRef: {env: ANA_KEY}}
`;

function explained(
  file: string,
  model: string,
  headers: Readonly<Record<string, string>> = {},
  key = 'ana',
  more: readonly object[] = [],
) {
  const added = more.map((document) => `---\n${JSON.stringify(document)}\n`).join('');
  const text = readFileSync(`${testdata}/${file}.policy.yaml`, 'utf8') + caller + added;
  const { documents, barriers } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  const [gateway] = buildModel([...documents, ...barriers], secretsOnly()).gateways;
  const program = gateway && compileProgram(gateway);
  if (program === undefined) throw new Error('the policy makes no program');
  return explain(program, { key, model, headers }, 0, gateway);
}

describe('explain: routes of the AI gateway vocabulary', () => {
  it('says which route answers, and which object won each field', () => {
    const { outcome, steps, decisions } = explained('ai-gateway-policies', 'own-special');
    expect(outcome).toBe('served');
    expect(steps).toEqual([
      'AIGatewayRoute own answers (route/own/001/000)',
      'every target is private: the request never reaches a public provider',
    ]);
    expect(decisions.map(decisionText)).toEqual([
      'timeouts.request: 5s by AIGatewayRoute/own (rule), not 90s by BackendTrafficPolicy/for-gateway (gateway)',
      'retry: numRetries 3, baseInterval 100ms by BackendTrafficPolicy/for-route (route), ' +
        'not numRetries 1, triggers 5xx by BackendTrafficPolicy/for-gateway (gateway)',
      'timeout.http.streamIdleTimeout: 2s by BackendTrafficPolicy/for-rule (rule), ' +
        'not 20s by BackendTrafficPolicy/for-gateway (gateway)',
    ]);
  });

  const timed = (rule: object, retry: object = { perRetry: { timeout: '1s' } }): readonly string[] => {
    const policy = (name: string, target: object, spec: object) => ({
      apiVersion: 'gateway.envoyproxy.io/v1alpha1',
      kind: 'BackendTrafficPolicy',
      metadata: { name },
      spec: {
        targetRefs: [{ group: 'gateway.networking.k8s.io', kind: 'Gateway', name: 'edge', ...target }],
        ...spec,
      },
    });
    const model = { type: 'Exact', name: 'x-ai-eg-model', value: 'timed' };
    const route = {
      apiVersion: 'aigateway.envoyproxy.io/v1beta1',
      kind: 'AIGatewayRoute',
      metadata: { name: 'timed' },
      spec: {
        parentRefs: [{ name: 'edge' }],
        rules: [{ matches: [{ headers: [model] }], backendRefs: [{ name: 'a' }], ...rule }],
      },
    };
    const onListener = { timeout: { http: { requestTimeout: '7s' } }, retry };
    const more = [route, policy('for-listener', { sectionName: 'http' }, onListener)];
    const { outcome, decisions } = explained('ai-gateway-policies', 'timed', {}, 'ana', more);
    expect(outcome).toBe('served');
    return decisions.map(({ by: { path, value, origin } }) => `${path}: ${value} by ${origin}`);
  };

  it('tells a policy of a listener from that of its Gateway', () => {
    expect(timed({})).toEqual([
      'timeout.http.requestTimeout: 7s by BackendTrafficPolicy/for-listener',
      'retry: numRetries 2, timeout 1s by BackendTrafficPolicy/for-listener',
      'retry.perRetry.timeout: 1s by BackendTrafficPolicy/for-listener',
      'timeout.http.streamIdleTimeout: 20s by BackendTrafficPolicy/for-gateway',
    ]);
  });

  it('names the route where its own time-outs go before those of policies', () => {
    expect(timed({ timeouts: { request: '5s', backendRequest: '2s' }, streamIdleTimeout: '0s' })).toEqual([
      'timeouts.request: 5s by AIGatewayRoute/timed',
      'retry: numRetries 2, timeout 1s by BackendTrafficPolicy/for-listener',
      'timeouts.backendRequest: 2s by AIGatewayRoute/timed',
      'streamIdleTimeout: 0s by AIGatewayRoute/timed',
    ]);
  });

  it('looks at host and headers as the processor does', () => {
    expect(explained('ai-gateway-hosts', 'on-a', { ':authority': 'a.example.com' }).outcome).toBe('served');
    expect(explained('ai-gateway-hosts', 'on-a')).toMatchObject({
      outcome: 'refused',
      reason: 'no route matches "on-a"; routes look at the host, too: say --host (404)',
    });
  });

  it('knows models that only patterns know', () => {
    const claude = explained('ai-gateway-basic', 'claude-x', { 'x-tenant': 'a' });
    expect(claude.steps).toContain('AIGatewayRoute basic answers (route/basic/001/000)');
    expect(claude.targets).toMatchObject([{ provider: 'anthropic', model: 'as asked for', isIn: true }]);
    // The last rule of the route takes whatever the others leave.
    expect(explained('ai-gateway-basic', 'claude-x').targets).toMatchObject([{ provider: 'openai' }]);
    expect(explained('ai-gateway-tls', 'nothing-like-it').reason).toBe('no route matches "nothing-like-it" (404)');
  });
});

describe('explain: what nothing gets past', () => {
  it('is told first: a policy that cannot be enforced, a limit that cannot be kept', () => {
    expect(explained('barriers', 'guarded')).toMatchObject({
      outcome: 'refused',
      reason: 'SecurityPolicy/who guards this model and cannot be enforced as it is written (503)',
    });
    expect(explained('barriers', 'limited')).toMatchObject({
      outcome: 'refused',
      reason: expect.stringMatching(/^the limit .* cannot be kept as it is written \(503\)$/),
    });
  });

  it('is told of a budget that pays for known prices only', () => {
    const budget = `
---
apiVersion: sluice.dev/v1alpha1
kind: Budget
metadata: {name: month}
spec: {scope: {models: [unpriced]}, amount: {usd: 5}, period: {calendar: month}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: unpriced}
spec: {targets: [{provider: openai}]}
---
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: openai}
spec: {schema: openai, credential: {none: {}}}
`;
    const asked = (more: string) => {
      const { documents } = parseDocuments(
        budget.replace('calendar: month}', `calendar: month}${more}`) + caller,
        'policy.yaml',
        '.',
        { now: 0 },
      );
      const [gateway] = buildModel(documents, secretsOnly()).gateways;
      const program = gateway && compileProgram(gateway);
      if (program === undefined) throw new Error('the policy makes no program');
      return explain(program, { key: 'ana', model: 'unpriced' }, 0, gateway);
    };
    expect(asked('')).toMatchObject({
      outcome: 'refused',
      reason: 'the budget month pays for nothing whose price is unknown (429)',
      policy: { price: ['openai/as asked for: unknown'] },
    });
    expect(asked(', unpriced: allow').outcome).toBe('served');
    expect(asked(', enforce: warn').outcome).toBe('served');
  });

  it('depends on the headers that are given', () => {
    const limit = {
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'Limit',
      metadata: { name: 'of-acme' },
      spec: { scope: { headers: { 'x-tenant': ['acme'] } }, requests: 5, window: '1s' },
    };
    const text = readFileSync(`${testdata}/everything.policy.yaml`, 'utf8') + caller;
    const { documents } = parseDocuments(`${text}---\n${JSON.stringify(limit)}`, 'policy.yaml', '.', { now: 0 });
    const [gateway] = buildModel(documents, secretsOnly()).gateways;
    if (gateway === undefined) throw new Error('the policy makes no gateway');
    const limits = gateway.limits.map((each) =>
      each.name === 'of-acme' ? { ...each, unit: 'unkept' as const } : each,
    );
    const program = compileProgram({ ...gateway, limits });
    if (program === undefined) throw new Error('the policy makes no program');
    const ask = (headers: Readonly<Record<string, string>>) =>
      explain(program, { key: 'ana', model: 'small', headers }, 0);
    expect(ask({}).outcome).toBe('served');
    expect(ask({}).policy.limits).toContain('of-acme: only for certain values of x-tenant');
    expect(ask({ 'x-tenant': 'acme' })).toMatchObject({
      outcome: 'refused',
      reason: 'the limit of-acme cannot be kept as it is written (503)',
    });
  });
});

describe('explain: what is not there', () => {
  it('names what was probably meant', () => {
    expect(explained('everything', 'smal').reason).toBe(
      'no Model has the name or alias "smal" (404); did you mean small?',
    );
    expect(explained('everything', 'small', {}, 'anna').reason).toMatch(
      /"anna" in the policy \(401\); did you mean ana\?$/,
    );
    expect(explained('everything', 'nothing-like-it').reason).toMatch(/\(404\)$/);
  });

  it('names the Secret of a key that is called by its entry alone', () => {
    const { reason } = explained('ai-gateway-clients', 'for-all', {}, 'cleo');
    expect(reason).toMatch(/did you mean Secret\/vips\/cleo\?$/);
  });
});

describe('explain: filters of the policy', () => {
  const explainedWith = (...extensions: readonly unknown[]) => {
    const document = {
      apiVersion: 'sluice.dev/v1alpha1',
      kind: 'GatewayPolicy',
      metadata: { name: 'mine' },
      spec: { extensions },
    };
    const { documents } = parseDocuments(`${JSON.stringify(document)}\n${caller}`, 'policy.yaml', '.', { now: 0 });
    const [gateway] = buildModel(documents, secretsOnly()).gateways;
    const program = gateway && compileProgram(gateway);
    if (program === undefined) throw new Error('the policy makes no program');
    return explain(program, { key: 'ana', model: 'small' }, 0, gateway);
  };

  it('are named in their order, with the document that they come from', () => {
    const script = { inline: 'x = 1' };
    const { filters } = explainedWith(
      { lua: script },
      { extProc: { endpoint: 'http://checker:9002', request: {}, onFailure: 'open' } },
      { lua: { ...script, onFailure: 'open' } },
    );
    expect(filters).toEqual([
      'GatewayPolicy/mine/extensions/00/lua: runs Lua, fails closed',
      'GatewayPolicy/mine/extensions/01/extProc: asks a processor, fails open',
      'GatewayPolicy/mine/extensions/02/lua: runs Lua, fails open',
    ]);
  });

  it('refuse every request where one cannot be had', () => {
    expect(explainedWith({ lua: { configMapKeyRef: { name: 'gone', key: 'a' } } })).toMatchObject({
      outcome: 'refused',
      reason: 'a filter that is asked for cannot be had (500)',
      filters: ['extensions that cannot be had: every request is refused (500)'],
    });
  });

  it('are told apart by listener where they differ', () => {
    expect(explained('extensions', 'small').filters).toEqual([
      'listener http: SecurityPolicy/platform/tokens/tokens: checks the token, if there is one',
      'listener http: EnvoyExtensionPolicy/platform/firewall/lua/00: runs Lua, fails open',
      'listener http: EnvoyExtensionPolicy/platform/firewall/wasm/00@82b9ea9f: runs WebAssembly, fails closed',
      'listener partners: SecurityPolicy/platform/tokens/tokens: checks the token, if there is one',
      'listener partners: EnvoyExtensionPolicy/platform/partners/lua/00: runs Lua, fails open',
      'listener partners: EnvoyExtensionPolicy/platform/partners/processor/00: asks a processor, fails open',
      'listener partners: EnvoyExtensionPolicy/platform/firewall/wasm/00@82b9ea9f: runs WebAssembly, fails closed',
    ]);
  });
});
