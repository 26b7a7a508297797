import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import type { GatewayModel } from '../../gateway.ts';
import { buildModel } from '../build.ts';
import { secretsOnly } from '../testing/surroundings.ts';

const testdata = `${import.meta.dirname}/../testdata`;
const cases = readdirSync(testdata).filter((file) => /^ai-gateway-.*\.policy\.yaml$/.test(file));
const read = (file: string): string => readFileSync(`${testdata}/${file}`, 'utf8');

function parsed(text: string) {
  const { documents, problems } = parseDocuments(text, 'policy.yaml', '.', { now: 0 });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return documents;
}

function only(gateways: readonly GatewayModel[]): GatewayModel {
  const [gateway] = gateways;
  if (gateway === undefined) throw new Error('no gateway');
  return gateway;
}

describe.each(cases)('%s', (file) => {
  it('means the same in whatever order it is read', () => {
    const documents = parsed(read(file));
    const built = [documents, documents.toReversed()].map((order) => buildModel(order, secretsOnly()));
    expect(built[1]?.gateways.toSorted(byName)).toEqual(built[0]?.gateways.toSorted(byName));
    const texts = built.map(({ problems }) => problems.map((problem) => JSON.stringify(problem)).sort());
    expect(texts[1]).toEqual(texts[0]);
  });

  it('gives the identical routes, models and providers when nothing has changed', () => {
    const documents = parsed(read(file));
    const [first, second] = [0, 1].map(() => buildModel(documents, secretsOnly()).gateways);
    for (const [index, gateway] of (first ?? []).entries()) {
      for (const part of ['routes', 'models', 'providers'] as const) {
        for (const [at, each] of gateway[part].entries()) expect(second?.[index]?.[part][at]).toBe(each);
      }
    }
  });

  it('shows no secret but in the list of secrets', () => {
    const documents = parsed(read(file));
    const { gateways, problems } = buildModel(documents, secretsOnly());
    const shown = JSON.stringify([gateways.map(({ secrets: _, ...rest }) => rest), problems]);
    for (const document of documents) {
      if (document.kind !== 'Secret') continue;
      for (const value of Object.values(document.spec.data))
        expect(shown).not.toContain(JSON.stringify(value.reveal()));
    }
  });
});

describe('a BackendSecurityPolicy', () => {
  it('without backends is doubtful: whoever wrote it believes that its credential is used', () => {
    const policy = {
      apiVersion: 'aigateway.envoyproxy.io/v1alpha1',
      kind: 'BackendSecurityPolicy',
      metadata: { name: 'idle' },
      spec: { type: 'APIKey', apiKey: { secretRef: { name: 'openai' } } },
    };
    const { problems } = buildModel(parsed(JSON.stringify(policy)), secretsOnly());
    expect(problems).toMatchObject([
      { severity: 'warning', path: 'spec.targetRefs', message: expect.stringContaining('used nowhere') },
    ]);
  });
});

describe('a change', () => {
  it('of one route leaves the others as they are', () => {
    const before = parsed(read('ai-gateway-policies.policy.yaml'));
    const text = read('ai-gateway-policies.policy.yaml').replace('{name: b, priority: 1}', '{name: b, priority: 0}');
    const changed = parsed(text).find(({ id }) => id === 'AIGatewayRoute/plain');
    const after = before.map((document) => (document.id === changed?.id ? changed : document));
    const [one, two] = [before, after].map((documents) => only(buildModel(documents, secretsOnly()).gateways).routes);
    const same = one?.filter((route) => two?.includes(route)).map(({ id }) => id);
    expect(same).toEqual(['route/own/000/000', 'route/own/001/000']);
  });

  it('of a backend is seen where its routes stay as they are', () => {
    const text = read('ai-gateway-basic.policy.yaml');
    const before = parsed(text);
    const changed = parsed(text.replace('value: ai}', 'value: other}')).find(
      ({ id }) => id === 'AIServiceBackend/openai',
    );
    const after = before.map((document) => (document.id === changed?.id ? changed : document));
    const [one, two] = [before, after].map((documents) => only(buildModel(documents, secretsOnly()).gateways));
    expect(two?.routes[0]).toBe(one?.routes[0]);
    const headers = two?.providers.find(({ name }) => name === 'openai')?.setHeaders;
    expect(headers).toEqual([{ name: 'x-team', value: 'other' }]);
  });

  it('of a policy reaches the routes that it is for', () => {
    const text = read('ai-gateway-policies.policy.yaml');
    const before = parsed(text);
    const changed = parsed(text.replace('numRetries: 3', 'numRetries: 5')).find(
      ({ id }) => id === 'BackendTrafficPolicy/for-route',
    );
    const after = before.map((document) => (document.id === changed?.id ? changed : document));
    const [one, two] = [before, after].map((documents) => only(buildModel(documents, secretsOnly()).gateways).routes);
    expect(two?.map(({ attempts }) => attempts?.most)).toEqual([6, 6, 2]);
    expect(two?.[2]).toBe(one?.[2]);
  });
});

function byName(a: GatewayModel, b: GatewayModel): number {
  return a.name < b.name ? -1 : 1;
}
