import { create } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { PriorityGroupsOverrideSchema } from '../../../gen/envoy/extensions/router/cluster_specifiers/priority_group/v3/priority_group_pb.js';
import { parseBody } from '../../../llm/json/parse.ts';
import { programOf } from '../../../program/testing/program-of.ts';
import { Answer } from '../../answer.ts';
import type { Exchange } from '../../exchange.ts';
import { Registry } from '../../registry.ts';
import { decodedFrame, decodedStruct } from '../../testing/decoded.ts';
import { type ExchangeFields, exchangeOf, keyIn, providerIn } from '../../testing/exchange-of.ts';
import { requestHeadersMessage } from '../../testing/message.ts';
import { verdict } from '../../verdict.ts';
import { kind } from '../../wire/kind.ts';
import { attempt } from './index.ts';

const program = programOf({
  providers: [
    {
      name: 'a',
      basePath: '/v1',
      setHeaders: [
        { name: 'x-team', value: 'a' },
        { name: 'x-only-a', value: '1' },
      ],
      removeHeaders: ['x-debug'],
      setBody: [{ name: 'store', json: 'false' }],
      removeBody: ['metadata'],
    },
    { name: 'b', basePath: '/openai/deployments/x' },
    { name: 'same' },
  ],
  routes: [
    {
      id: 'r',
      models: ['small'],
      profile: 'retry-1',
      targets: [
        { provider: 'a', model: 'up-a' },
        { provider: 'b', model: 'up-b', priority: 1 },
        { provider: 'same', priority: 2 },
      ],
    },
  ],
  keys: [
    { name: 'k' },
    { name: 'byok', credentials: [{ provider: 'b', header: 'authorization', value: Buffer.from('Bearer own') }] },
  ],
});

const body = '{"model": "small","messages":[],"metadata":{"a":1},"stream":true}';

interface Fields extends ExchangeFields {
  readonly keyName?: string;
  /** As the caller has sent them. */
  readonly headers?: Readonly<Record<string, string>>;
}

function prepared(providers: readonly string[], fields: Fields = {}) {
  const { keyName = 'k', headers = {}, ...rest } = fields;
  const registry = new Registry(3);
  const stage = attempt(registry);
  const bytes = Buffer.from(body);
  const parsed = parseBody(bytes);
  if (!parsed.ok) throw new Error(parsed.error);
  const route = program.routes.find('k', 'small');
  const exchange = exchangeOf(program, {
    key: keyIn(program, keyName),
    body: bytes,
    json: parsed.value.value,
    members: parsed.value.members,
    modelInBody: 'small',
    modelAsWritten: 'small',
    observed: program.observedHeaders.map((name) => ({ 'x-team': 'caller', 'x-debug': 'yes' })[name]),
    route,
    targets: providers.map((name) => {
      const target = route?.targets.find((each) => each.provider === name);
      if (target === undefined) throw new Error(`no target ${name}`);
      return { target, provider: providerIn(program, name) };
    }),
    ...rest,
  });
  stage.requestHeaders?.(exchange, requestHeadersMessage(headers));
  const decision = stage.request?.(exchange);
  return { stage, exchange, registry, decision, answer: exchange.answer };
}

const headersOf = (answer: Answer) =>
  Object.fromEntries(answer.setHeaders.flatMap((name, i) => (i % 2 === 0 ? [[name, answer.setHeaders[i + 1]]] : [])));

function later(stage: ReturnType<typeof attempt>, exchange: Exchange, n: number, cluster?: string) {
  const answer = new Answer();
  const attributes = cluster === undefined ? {} : { 'xds.cluster_name': cluster };
  const decision = stage.laterAttempt?.(exchange, n, answer, requestHeadersMessage({}, attributes));
  return { decision, answer };
}

describe('the first attempt', () => {
  it('names profile and attempts, and hands Envoy the chain', () => {
    const { answer, exchange, registry } = prepared(['a', 'b']);
    expect(headersOf(answer)).toMatchObject({ 'x-sluice-profile': 'retry-1', 'x-envoy-max-retries': '1' });
    expect(answer.clearRouteCache).toBe(true);
    expect(decodedStruct(Buffer.concat(answer.routeFields))).toEqual({ exchange: registry.idOf(exchange) });
    const { typedDynamicMetadata } = decodedFrame(answer.encode(kind.requestBody));
    const chain = create(PriorityGroupsOverrideSchema, {
      priorityGroups: ['cluster-a', 'cluster-b'].map((name) => ({
        name,
        clusters: [{ clusterName: name, weight: 1 }],
      })),
    });
    const typed = typedDynamicMetadata['sluice.route'];
    expect(typed && anyUnpack(typed, PriorityGroupsOverrideSchema)).toEqual(chain);
  });

  it('asks for no further attempts where there is nobody else', () => {
    expect(headersOf(prepared(['a']).answer)).not.toHaveProperty('x-envoy-max-retries');
  });

  it('marks the request as one that has left, whatever becomes of it', () => {
    expect(prepared(['a']).exchange.hasLeft).toBe(true);
  });

  it('changes the body where it stands, and states its length', () => {
    const { answer } = prepared(['a']);
    expect(answer.body?.toString()).toBe('{"model": "up-a","messages":[],"stream":true,"store":false}');
    expect(headersOf(answer)['content-length']).toBe(String(answer.body?.length));
  });

  it('leaves body and path alone where nothing about them changes', () => {
    const { answer } = prepared(['same']);
    expect(answer.body).toBeUndefined();
    expect(headersOf(answer)).not.toHaveProperty('content-length');
    expect(headersOf(answer)).not.toHaveProperty(':path');
  });

  it("puts the provider's base path in place of /v1, and keeps the query", () => {
    const { answer } = prepared(['b'], { path: '/v1/chat/completions?a=b' });
    expect(headersOf(answer)[':path']).toBe('/openai/deployments/x/chat/completions?a=b');
  });

  it.each([
    [[]],
    [['authorization']],
    [['x-api-key']],
    [['api-key']],
    [['authorization', 'api-key']],
    [['authorization', 'x-api-key', 'api-key']],
  ])("takes off the caller's key in every header that holds one, and in no other: %j", (names) => {
    const headers = Object.fromEntries([...names, 'x-other'].map((name) => [name, 'sk-caller']));
    expect(prepared(['b'], { headers }).answer.removeHeaders).toEqual(names);
  });

  it('sets and removes the headers that the provider asks for', () => {
    const { answer } = prepared(['a']);
    expect(headersOf(answer)).toMatchObject({ 'x-team': 'a', 'x-only-a': '1' });
    expect(answer.removeHeaders).toContain('x-debug');
  });

  it("sends the key's own credential instead of the provider's, and to that provider only", () => {
    expect(headersOf(prepared(['b'], { keyName: 'byok' }).answer)['x-sluice-credential']).toBe('Bearer own');
    expect(headersOf(prepared(['a'], { keyName: 'byok' }).answer)).not.toHaveProperty('x-sluice-credential');
  });

  it('takes a name without the prefix where the target has none of its own', () => {
    const { answer } = prepared(['same'], { modelInBody: 'same/small', modelAsWritten: 'small' });
    expect(JSON.parse(answer.body?.toString() ?? '{}').model).toBe('small');
  });

  it('keeps the request only while another attempt may need it', () => {
    const single = prepared(['a']);
    expect(single.registry.size).toBe(0);
    expect(single.exchange).toMatchObject({ body: Buffer.alloc(0), json: undefined, members: [] });
    const chain = prepared(['a', 'b']);
    expect(chain.registry.find(7)).toBe(chain.exchange);
    expect(chain.exchange.body.toString()).toBe(body);
    expect(chain.exchange.json).toBeUndefined();
  });

  it('passes a body through untouched', () => {
    const { answer } = prepared(['a'], { isPassthrough: true, json: undefined, members: [], route: undefined });
    expect(answer.body).toBeUndefined();
    expect(headersOf(answer)['x-sluice-profile']).toBe('retry-default');
  });

  it('fails loudly where there is no target, instead of letting a request pass', () => {
    expect(() => prepared([])).toThrow('without a target');
  });
});

describe('a later attempt', () => {
  it('is built from the original request', () => {
    const { stage, exchange } = prepared(['a', 'b']);
    const { decision, answer } = later(stage, exchange, 2, 'cluster-b');
    expect(decision).toBe(verdict.proceed);
    expect(answer.replace).toBe(true);
    expect(answer.body?.toString()).toBe(body.replace('"small"', '"up-b"'));
    expect(headersOf(answer)).toMatchObject({
      ':path': '/openai/deployments/x/chat/completions',
      'x-sluice-content-length': String(answer.body?.length),
    });
  });

  it('takes back what the attempt before did to the headers', () => {
    const { stage, exchange } = prepared(['a', 'b']);
    const { answer } = later(stage, exchange, 2);
    expect(headersOf(answer)).toMatchObject({ 'x-team': 'caller', 'x-debug': 'yes' });
    expect(answer.removeHeaders).toContain('x-only-a');
    expect(answer.removeHeaders).not.toContain('x-team');
  });

  it('sets its own headers over those that it takes back', () => {
    const { stage, exchange } = prepared(['b', 'a']);
    const { answer } = later(stage, exchange, 2);
    expect(headersOf(answer)).toMatchObject({ 'x-team': 'a', 'x-only-a': '1' });
    expect(answer.removeHeaders).toEqual(['x-debug', 'x-sluice-credential']);
  });

  it('sends the original body where nothing of it changes for this target', () => {
    const { stage, exchange } = prepared(['a', 'same']);
    expect(later(stage, exchange, 2).answer.body?.toString()).toBe(body);
  });

  it("never carries another provider's own credential", () => {
    const first = prepared(['b', 'a'], { keyName: 'byok' });
    expect(later(first.stage, first.exchange, 2).answer.removeHeaders).toContain('x-sluice-credential');
    const second = prepared(['a', 'b'], { keyName: 'byok' });
    expect(headersOf(later(second.stage, second.exchange, 2).answer)['x-sluice-credential']).toBe('Bearer own');
  });

  it('refuses to be sent to another provider than it was prepared for', () => {
    const { stage, exchange } = prepared(['a', 'b']);
    expect(later(stage, exchange, 2, 'cluster-a').decision).toBe(verdict.answered);
  });

  it('refuses to be one more than the chain has targets', () => {
    const { stage, exchange } = prepared(['a', 'b']);
    expect(later(stage, exchange, 3).decision).toBe(verdict.answered);
    expect(exchange.rejection?.code).toBe('internal');
  });

  it('has no body where the request had none', () => {
    const { stage, exchange } = prepared(['a', 'b'], { body: Buffer.alloc(0), isPassthrough: true });
    const { answer } = later(stage, exchange, 2);
    expect(answer).toMatchObject({ body: undefined, replace: false });
  });
});
