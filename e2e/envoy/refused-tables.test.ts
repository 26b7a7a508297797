import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { backendManifest } from '../support/ai-gateway-manifests.ts';
import { type Answer, caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { below, httpRoute, leadTo } from '../support/http-route.ts';
import { startLoad } from '../support/load.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';
import type { RecordingProvider } from '../support/recording-provider.ts';
import { echoOf, startToldService, tell } from '../support/told-service.ts';

/*
 * All routes of a port are one table, of which an Envoy takes all or nothing. This one takes only small expressions, as an
 * operator may want it, so that a route that is valid may make it refuse the table: it alone may suffer.
 */

const strict = 'layered_runtime: {layers: [{name: strict, static_layer: {re2.max_program_size.error_level: 80}}]}';
const secret = 'sk-sluice-refused-tables-test-key';

let service: RecordingProvider;
let providers: Practice;
let gateway: TestGateway;
const ask = caller(() => gateway.url, secret);

beforeAll(async () => {
  service = await startToldService('one');
  providers = await startPractice({});
  gateway = await startGateway({
    policy: {
      'base.yaml': documents(
        backendManifest('one', service.port),
        provider('p', `${providers.url}/v1`),
        model('m', ['p/first']),
        apiKey('test', 'CALLER_KEY'),
        httpRoute('everything', [leadTo('one', [below('/')])]),
      ),
    },
    env: { CALLER_KEY: secret },
    envoyArgs: ['--config-yaml', strict],
  });
});

afterAll(async () => {
  await gateway?.stop();
  await service?.close();
  await providers?.close();
});

beforeEach(async () => {
  await gateway.write('routes.yaml', '---\n');
  expect(nacks()).toEqual({});
});

/** A route whose path leads to this one at the service, so that it can be seen which version of it is in force. */
const leads = (name: string, to: string): string =>
  httpRoute(name, [
    leadTo('one', [below(`/${name}`)], {
      filters: [{ type: 'URLRewrite', urlRewrite: { path: { type: 'ReplaceFullPath', replaceFullPath: to } } }],
    }),
  ]);

const pattern = (steps: number): string => `/a{1,${steps}}`;
const matches = (name: string, value: string): string =>
  httpRoute(name, [leadTo('one', [{ path: { type: 'RegularExpression', value } }, below(`/${name}`)])]);

/** Where any host below one may call, Envoy gets an expression that is as long as the name of that host. */
const opens = (name: string, host: string): string => {
  const cors = { allowOrigins: [`https://*.${host}`], allowMethods: ['GET'] };
  return httpRoute(name, [leadTo('one', [below(`/${name}`)], { filters: [{ type: 'CORS', cors }] })]);
};
const longHost = `${'x'.repeat(60)}.${'y'.repeat(60)}.example.com`;

async function seenBy(path: string): Promise<number | string> {
  const answer = await tell(gateway.port, path);
  return answer.status === 200 ? echoOf(answer).path : answer.status;
}

/** What is said of documents that an Envoy refuses. */
function nacks(): Readonly<Record<string, string>> {
  const refused = gateway.plane.status().documents.filter(({ nack }) => nack !== undefined);
  return Object.fromEntries(refused.map(({ id, nack, state }) => [id, `${state}: ${nack}`]));
}

const ids = (): string[] => Object.keys(nacks()).sort();

describe('a route table that an Envoy refuses', () => {
  it('has all changes but those of the route that is to blame, which stays as it was and says why', async () => {
    const names = ['b', 'c', 'd', 'e', 'f'];
    const files = (to: string, steps: number): string =>
      documents(matches('a', pattern(steps)), ...names.map((name) => leads(name, `/${to}`)));
    await gateway.write('routes.yaml', files('first', 5));
    expect(await seenBy('/b')).toBe('/first');
    await gateway.write('routes.yaml', files('second', 200));
    for (const name of names) expect(await seenBy(`/${name}`)).toBe('/second');
    expect(nacks()).toEqual({ 'HTTPRoute/a': expect.stringMatching(/^stale: .*regex/) });
    expect(await seenBy('/a')).toBe('/a');
    // It stays so with what comes later, and comes in as soon as it is mended.
    await gateway.write('routes.yaml', files('third', 200));
    expect([await seenBy('/b'), ids()]).toEqual(['/third', ['HTTPRoute/a']]);
    await gateway.write('routes.yaml', files('third', 6));
    expect(ids()).toEqual([]);
  });

  it('fails no request while it finds out who is to blame, of services or of models', async () => {
    const routes = (round: number, steps: number): string =>
      documents(
        matches('bad', pattern(steps)),
        ...Array.from({ length: 12 }, (_, index) => leads(`r${index}`, `/${round}`)),
        model('moving', [`p/m${round}`], { retry: { attemptTimeout: `${round + 1}0s` } }),
      );
    await gateway.write('routes.yaml', routes(0, 5));
    const failureOf = async (client: number): Promise<string | undefined> => {
      if (client < 2) {
        const { status, text }: Answer = await ask({ model: client === 0 ? 'm' : 'moving' });
        return status === 200 ? undefined : `model: ${status} ${text}`;
      }
      const { status, text } = await tell(gateway.port, `/r${client}`);
      return status === 200 ? undefined : `route: ${status} ${text}`;
    };
    const load = startLoad(6, failureOf);
    for (let round = 1; round <= 6; round++) {
      await gateway.write('routes.yaml', routes(round, round % 2 === 0 ? 5 : 200 + round));
      expect(await seenBy('/r7')).toBe(`/${round}`);
      expect(ids()).toEqual(round % 2 === 0 ? [] : ['HTTPRoute/bad']);
    }
    const { count, failures } = await load.stop();
    expect(failures).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });

  it('leaves out a new route of which it does not take the matches', async () => {
    await gateway.write('routes.yaml', documents(matches('new', pattern(300)), leads('other', '/here')));
    expect(await seenBy('/other')).toBe('/here');
    // By the route that is there for everything.
    expect(await seenBy('/new/x')).toBe('/new/x');
    expect(ids()).toEqual(['HTTPRoute/new']);
  });

  it('answers with 500 for a new route of which it takes the matches only', async () => {
    await gateway.write('routes.yaml', documents(opens('new', longHost), leads('other', '/here')));
    expect([await seenBy('/other'), await seenBy('/new/y')]).toEqual(['/here', 500]);
    expect(ids()).toEqual(['HTTPRoute/new']);
  });

  it('finds several of them, however they came, and tells each what was said of it', async () => {
    const good = Array.from({ length: 9 }, (_, index) => leads(`r${index}`, `/${index}`));
    const [before, after] = [good.slice(0, 4), good.slice(4)];
    const all = [
      matches('one', pattern(301)),
      ...before,
      matches('two', pattern(302)),
      ...after,
      opens('three', longHost),
    ];
    await gateway.write('routes.yaml', documents(...all));
    for (let index = 0; index < 9; index++) expect(await seenBy(`/r${index}`)).toBe(`/${index}`);
    expect(nacks()).toEqual({
      'HTTPRoute/one': expect.stringContaining('301'),
      'HTTPRoute/two': expect.stringContaining('302'),
      'HTTPRoute/three': expect.stringContaining('xxx'),
    });
    // One after the other is mended.
    await gateway.write('routes.yaml', documents(...all.slice(1)));
    expect(ids()).toEqual(['HTTPRoute/three', 'HTTPRoute/two']);
    await gateway.write('routes.yaml', documents(leads('r0', '/new'), opens('three', 'example.com')));
    expect([await seenBy('/r0'), await seenBy('/three/x'), ids()]).toEqual(['/new', '/three/x', []]);
  });

  it('is found out once more by a control plane that knows nothing, and by one that is told nothing new', async () => {
    await gateway.write('routes.yaml', documents(matches('bad', pattern(400)), leads('good', '/here')));
    expect(ids()).toEqual(['HTTPRoute/bad']);
    const load = startLoad(2, async () => {
      const seen = await seenBy('/good');
      return seen === '/here' ? undefined : `good: ${seen}`;
    });
    await gateway.restartControlPlane();
    await expect.poll(ids, { timeout: 20_000 }).toEqual(['HTTPRoute/bad']);
    const { failures } = await load.stop();
    // Envoy quotes what it does not take, so that no other route is held back meanwhile.
    expect(failures).toEqual([]);
    await gateway.restartEnvoy();
    await expect.poll(() => seenBy('/good').catch(() => 0), { timeout: 20_000 }).toBe('/here');
    expect(ids()).toEqual(['HTTPRoute/bad']);
    await gateway.plane.refresh();
    expect([await seenBy('/good'), ids()]).toEqual(['/here', ['HTTPRoute/bad']]);
  });
});
