import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createAuthority } from '../support/certificates.ts';
import {
  type ExtendedGateway,
  extensionPolicy,
  gatewayTarget,
  onRequest,
  routeTarget,
  soon,
  startExtendedGateway,
} from '../support/extended-gateway.ts';
import { tokenIssuer } from '../support/json-web-token.ts';
import { document, documents } from '../support/policy-documents.ts';
import { type Answer, startScriptedProcessor } from '../support/scripted-processor.ts';
import { until } from '../support/until.ts';
import { wasmFirewall } from '../support/wasm-firewall.ts';

/*
 * What a GatewayPolicy lists as extensions, on a real Envoy.
 */

const example = join(import.meta.dirname, '../../examples/extensions');

let extended: ExtendedGateway;

const listed = (...extensions: readonly unknown[]): string => document('GatewayPolicy', 'default', { extensions });
const lua = (code: string, onFailure = 'closed') => ({ lua: { inline: onRequest(code), onFailure } });
/** Tells what of another filter it finds. */
const sees = (name: string, header: string) =>
  lua(`handle:headers():add("${name}", handle:headers():get("${header}") or "nothing")`);
const checker = (spec: Readonly<Record<string, unknown>> = { request: {} }, port = extended.checker.port) => ({
  extProc: { endpoint: `http://127.0.0.1:${port}`, ...spec },
});
const firewall = (spec: Readonly<Record<string, unknown>> = {}) => ({
  wasm: { url: extended.wasmUrl, sha256: wasmFirewall.sha256, config: { says: 'no' }, ...spec },
});

const write = (text: string) => extended.gateway.write('extensions.yaml', text);
const said = () => extended.gateway.plane.status().documents.find(({ id }) => id === 'GatewayPolicy/default');

beforeAll(async () => {
  extended = await startExtendedGateway();
});

afterAll(() => extended?.stop());

/** Tests begin where nothing is listed. */
afterEach(async () => {
  await write(listed(lua('handle:headers():add("x-cleared", "yes")')));
  await soon(async () => (await extended.seenAt('/plain'))['x-cleared'] === 'yes');
});

describe('extensions of a GatewayPolicy', () => {
  it('stand in front of models and services in the order in which they are written, whatever they are', async () => {
    const { llm, ask, seenAt } = extended;
    await write(listed(sees('x-before', 'x-checked'), checker(), sees('x-behind', 'x-checked'), firewall()));
    await soon(async () => (await seenAt('/plain'))['x-behind'] === 'yes');
    expect(await seenAt('/plain')).toMatchObject({ 'x-before': 'nothing', 'x-behind': 'yes' });
    expect((await ask()).status).toBe(200);
    expect(llm.requests.at(-1)?.headers).toMatchObject({ 'x-before': 'nothing', 'x-behind': 'yes' });
    // Neither may speak for the gateway.
    expect(llm.requests.at(-1)?.headers).toMatchObject({ authorization: 'Bearer provider-secret' });
    expect((await ask({ 'x-attack': '1' })).status).toBe(403);
    expect((await extended.visit('/plain', { 'x-attack': '1' })).status).toBe(403);
  });

  it('stay in front of what policies of Envoy Gateway add, which do not take them off', async () => {
    const { gateway, seenAt } = extended;
    const script = {
      lua: [{ type: 'Inline', inline: onRequest('handle:headers():add("x-more", handle:headers():get("x-own"))') }],
    };
    await gateway.write(
      'policies.yaml',
      documents(extensionPolicy('all', gatewayTarget, script), extensionPolicy('plain', routeTarget('plain'), script)),
    );
    await write(listed(lua('handle:headers():add("x-own", "first")')));
    await soon(async () => (await seenAt('/plain'))['x-more'] === 'first');
    await soon(async () => (await seenAt('/other'))['x-more'] === 'first');
    await gateway.remove('policies.yaml');
  });

  it('meet requests before anybody has looked at their key, and behind tokens of a SecurityPolicy', async () => {
    const { gateway, ask } = extended;
    await write(listed(firewall()));
    const nobody = { authorization: 'Bearer nobody' };
    await soon(async () => (await ask({ ...nobody, 'x-attack': '1' })).status === 403);
    expect((await ask(nobody)).status).toBe(401);
    const issuer = tokenIssuer();
    const jwt = {
      providers: [
        { name: 'login', localJWKS: { inline: issuer.keySet }, extractFrom: { headers: [{ name: 'x-token' }] } },
      ],
    };
    const spec = JSON.stringify({ jwt }).slice(1);
    await gateway.write(
      'policies.yaml',
      `{apiVersion: gateway.envoyproxy.io/v1alpha1, kind: SecurityPolicy, metadata: {name: tokens}, spec: {targetRefs: [${gatewayTarget}], ${spec}}`,
    );
    await soon(async () => (await ask({ 'x-attack': '1' })).status === 401);
    expect((await ask({ 'x-attack': '1', 'x-token': issuer.token({}) })).status).toBe(403);
    expect((await ask({ 'x-token': issuer.token({}) })).status).toBe(200);
    await gateway.remove('policies.yaml');
  });

  it('take scripts out of files, and notice when they change', async () => {
    const { gateway, visit } = extended;
    const script = readFileSync(join(example, 'tenant.lua'), 'utf8');
    await gateway.save({ 'tenant.lua': script });
    await write(readFileSync(join(example, 'gateway.yaml'), 'utf8'));
    await soon(async () => (await visit('/plain')).status === 400);
    expect((await visit('/plain')).text).toContain('x-tenant');
    expect((await visit('/plain', { 'x-tenant': 'blue' })).status).toBe(200);
    await gateway.save({ 'tenant.lua': script.replaceAll('x-tenant', 'x-customer') });
    await soon(async () => (await visit('/plain', { 'x-customer': 'blue' })).status === 200);
  });

  it('refuse requests on which a script fails, also after it has waited, unless they are to pass', async () => {
    const { llm, ask, visit } = extended;
    const waiting = 'handle:body()\nerror("out of order")';
    await write(listed(lua('if handle:headers():get("x-fail") then error("out of order") end'), lua('')));
    await soon(async () => (await visit('/plain', { 'x-fail': '1' })).status === 500);
    expect((await visit('/plain')).status).toBe(200);
    const before = llm.requests.length;
    expect((await ask({ 'x-fail': '1' })).status).toBe(500);
    await write(listed(lua(waiting)));
    await soon(async () => (await ask()).status === 500);
    expect(llm.requests).toHaveLength(before);
    await write(listed(lua(waiting, 'open')));
    await soon(async () => (await ask()).status === 200);
    // An answer of the script's own is none of these failures.
    await write(listed(lua('handle:respond({[":status"] = "418"}, "no")')));
    await soon(async () => (await visit('/plain')).status === 418);
  });

  it('keep the script that was in force where Envoy refuses the next, and say so', async () => {
    const { seenAt } = extended;
    const broken = { lua: { inline: 'this is not Lua' } };
    await write(listed(lua('handle:headers():add("x-v", "1")'), lua('handle:headers():add("x-w", "1")')));
    await soon(async () => (await seenAt('/plain'))['x-w'] === '1');
    await write(listed(broken, lua('handle:headers():add("x-w", "2")')));
    await soon(async () => (await seenAt('/plain'))['x-w'] === '2');
    expect((await seenAt('/plain'))['x-v']).toBe('1');
    await until('its status has the words of Envoy', () => /script load error/.test(said()?.nack ?? ''), {
      seen: said,
    });
  });

  it('let nothing pass a script that Envoy has never taken; whether the gateway is well can be asked all the same', async () => {
    const { ask, visit } = extended;
    await write(listed(lua(''), { lua: { inline: 'this is not Lua' } }));
    await soon(async () => (await visit('/plain')).status === 500);
    expect((await ask()).status).toBe(500);
    expect((await visit('/healthz')).status).toBe(200);
    await until('its status has the words of Envoy', () => /script load error/.test(said()?.nack ?? ''), {
      seen: said,
    });
  });

  it('let nothing pass what cannot be had', async () => {
    const { ask, visit } = extended;
    // What was good before it stays in force: so there is nothing before it.
    await extended.gateway.remove('extensions.yaml');
    await write(listed({ lua: { file: 'nothing.lua' } }));
    await soon(async () => (await ask()).status === 500);
    expect((await visit('/plain')).status).toBe(500);
    expect(said()?.problems[0]?.message).toContain('nothing.lua does not exist');
  });

  it('ask a processor, which sees what it is to see; without one they refuse, unless requests are to pass', async () => {
    const { checker: asked, ask, seenAt, visit } = extended;
    const before = asked.seen.length;
    await write(listed(checker({ request: { body: 'buffered', attributes: ['request.path'] }, response: {} })));
    await soon(async () => (await seenAt('/plain'))['x-checked'] === 'yes');
    expect(await ask({ 'x-refuse': '1', authorization: 'Bearer nobody' })).toMatchObject({ status: 402 });
    expect((await ask()).status).toBe(200);
    const kinds = new Set(asked.seen.slice(before).map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['requestBody', 'requestHeaders', 'responseHeaders']);
    await write(listed(checker({ request: {} }, 1)));
    await soon(async () => (await visit('/plain')).status === 503);
    await write(listed(checker({ request: {}, onFailure: 'open' }, 1)));
    await soon(async () => (await visit('/plain')).status === 200);
  });

  it('reach a processor over TLS, if it shows a certificate of the authority that is named', async () => {
    const { gateway, seenAt, visit } = extended;
    const [authority, stranger] = [createAuthority('checkers'), createAuthority('strangers')];
    const setHeaders = [{ header: { key: 'x-tls', rawValue: Buffer.from('yes') } }];
    const answer: Answer = {
      response: { case: 'requestHeaders', value: { response: { headerMutation: { setHeaders } } } },
    };
    const overTls = await startScriptedProcessor(() => answer, 0, authority.issue('localhost'));
    onTestFinished(() => overTls.close());
    const spec = {
      endpoint: `https://localhost:${overTls.port}`,
      ca: { file: 'ca.pem' },
      request: {},
      messageTimeout: '5s',
    };
    await gateway.save({ 'ca.pem': stranger.certificate });
    await write(listed({ extProc: spec }));
    await soon(async () => (await visit('/plain')).status === 503);
    await gateway.save({ 'ca.pem': authority.certificate });
    await soon(async () => (await seenAt('/plain'))['x-tls'] === 'yes');
  });
});
