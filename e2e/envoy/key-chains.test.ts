import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { attemptsOf, caller, codeOf } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, chain, documents, model, provider } from '../support/policy-documents.ts';

/*
 * What a key brings with it: chains of its own, and credentials of its own.
 */

const secretOf = (key: string): string => `sk-sluice-key-chains-of-${key}`;
const keys = ['plain', 'active', 'saved', 'some', 'private', 'bring-first', 'bring-second', 'bring-claude', 'limited'];
const failing = { fault: { kind: 'status', status: 503 } } as const;

let practice: Practice;
let gateway: TestGateway;
const as = (key: string) => caller(() => gateway.url, secretOf(key));
const attempts = async (key: string, name: string): Promise<string> =>
  attemptsOf(await as(key)({ model: name })).join();

beforeAll(async () => {
  practice = await startPractice();
  gateway = await startGateway({
    policy: {
      'policy.yaml': documents(
        provider('cloud', `${practice.url}/cloud/v1`, {
          network: 'public',
          credential: { apiKey: { env: 'CLOUD_KEY' } },
        }),
        provider('local', `${practice.url}/local/v1`, { credential: { apiKey: { env: 'LOCAL_KEY' } } }),
        provider('other', `${practice.url}/other/v1`, { credential: { none: {} } }),
        provider('claude', `${practice.url}/claude/v1`, {
          schema: 'anthropic',
          credential: { apiKey: { env: 'CLAUDE_KEY' } },
        }),
        provider('billed', `${practice.url}/billed/v1`, {
          credential: { apiKey: { env: 'CLOUD_KEY' } },
          headers: { set: { 'OpenAI-Project': 'proj-policy' } },
        }),
        model('billed', ['billed/m', 'cloud/m'], { retry: { coolDown: { failures: 0 } } }),
        model('small', ['cloud/cloud-small', 'local/local-small'], { retry: { coolDown: { failures: 0 } } }),
        model('large', ['cloud/cloud-large', 'local/local-large'], { retry: { coolDown: { failures: 0 } } }),
        model('sonnet', ['claude/sonnet']),
        apiKey('plain', 'plain'),
        apiKey('active', 'active', { routing: { chains: [{ targets: chain(['other/own', 'local/own']) }] } }),
        apiKey('saved', 'saved', { routing: { active: false, chains: [{ targets: chain(['other/own']) }] } }),
        apiKey('some', 'some', { routing: { chains: [{ models: ['sm*'], targets: chain(['other/own']) }] } }),
        apiKey('private', 'private', {
          routing: { chains: [{ targets: chain(['local/private', 'other/private']) }] },
        }),
        apiKey('bring-first', 'bring_first', { credentials: [{ provider: 'cloud', apiKey: { env: 'OWN_KEY' } }] }),
        apiKey('bring-second', 'bring_second', { credentials: [{ provider: 'local', apiKey: { env: 'OWN_KEY' } }] }),
        apiKey('bring-claude', 'bring_claude', { credentials: [{ provider: 'claude', apiKey: { env: 'OWN_KEY' } }] }),
        apiKey('limited', 'limited', { models: { allow: ['small'] } }),
      ),
    },
    env: {
      ...Object.fromEntries(keys.map((key) => [key.replace('-', '_'), secretOf(key)])),
      CLOUD_KEY: 'cloud-secret',
      LOCAL_KEY: 'local-secret',
      CLAUDE_KEY: 'claude-secret',
      OWN_KEY: 'own-secret',
    },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

beforeEach(() => practice.clear());

// Nothing of the gateway's own, and nobody's key, whatever the test was about.
afterEach(() => {
  for (const { headers } of practice.requests) {
    expect(Object.keys(headers).filter((name) => /^x-(sluice|envoy)-/.test(name))).toEqual([]);
    for (const key of keys) expect(JSON.stringify(headers)).not.toContain(secretOf(key));
  }
});

describe("a key's own chain", () => {
  it('wins over that of the model, for every model', async () => {
    practice.behave({ account: 'other', ...failing });
    expect(await attempts('active', 'small')).toBe('other/own,local/own');
    expect(await attempts('active', 'large')).toBe('other/own,local/own');
    expect(await attempts('plain', 'small')).toBe('cloud/cloud-small');
  });

  it('is not used while it is not active', async () => {
    expect(await attempts('saved', 'small')).toBe('cloud/cloud-small');
  });

  it('is for the models that it names', async () => {
    expect(await attempts('some', 'small')).toBe('other/own');
    expect(await attempts('some', 'large')).toBe('cloud/cloud-large');
  });

  it('does not open a model that the key may not use, nor one that does not exist', async () => {
    expect((await as('limited')({ model: 'large' })).status).toBe(403);
    expect((await as('active')({ model: 'unheard-of' })).status).toBe(404);
  });
});

describe('a name with a provider in front', () => {
  it('keeps the chain to that provider', async () => {
    expect(await attempts('plain', 'local/small')).toBe('local/local-small');
    expect(await attempts('plain', 'local/local-small')).toBe('local/local-small');
    practice.behave({ account: 'local', ...failing });
    expect((await as('plain')({ model: 'local/small' })).status).toBe(503);
    expect(practice.requests.map(({ account }) => account)).toEqual(['local', 'local', 'local']);
  });

  it('reaches nothing that is not in the chain', async () => {
    const answer = await as('plain')({ model: 'other/small' });
    expect([answer.status, codeOf(answer)]).toEqual([404, 'model_not_found']);
    expect(practice.requests).toHaveLength(0);
  });
});

describe('a chain of private providers', () => {
  it.each(['small', 'cloud/small', 'cloud/cloud-small', 'large', 'cloud/large', 'claude/sonnet'])(
    'never reaches a public one: %s',
    async (name) => {
      practice.behave({ ...failing });
      const answer = await as('private')({ model: name });
      expect(answer.status).not.toBe(200);
      const asked = new Set(practice.requests.map(({ account }) => account));
      for (const account of asked) expect(['local', 'other']).toContain(account);
    },
  );

  it('is tried to its end all the same', async () => {
    practice.behave({ account: 'local', ...failing });
    expect(await attempts('private', 'small')).toBe('local/private,other/private');
  });
});

describe('a credential that a key has brought', () => {
  const credentials = (): Readonly<Record<string, unknown>> =>
    Object.fromEntries(practice.requests.map(({ account, headers }) => [account, headers.authorization]));

  it("takes the place of the provider's, and no other provider of the chain sees it", async () => {
    practice.behave({ account: 'cloud', ...failing });
    expect(await attempts('bring-first', 'small')).toBe('cloud/cloud-small,local/local-small');
    expect(credentials()).toEqual({ cloud: 'Bearer own-secret', local: 'Bearer local-secret' });
  });

  it("takes the place of the provider's on a later attempt as well", async () => {
    practice.behave({ account: 'cloud', ...failing });
    expect(await attempts('bring-second', 'small')).toBe('cloud/cloud-small,local/local-small');
    expect(credentials()).toEqual({ cloud: 'Bearer cloud-secret', local: 'Bearer own-secret' });
  });

  it('is not used for another key', async () => {
    await attempts('bring-first', 'small');
    await attempts('plain', 'small');
    expect(practice.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer own-secret',
      'Bearer cloud-secret',
    ]);
  });

  it('stands where the dialect of the provider has it', async () => {
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: {
        'x-api-key': secretOf('bring-claude'),
        'anthropic-version': '2023-06-01',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ model: 'sonnet', max_tokens: 5, messages: [{ role: 'user', content: 'Hello' }] }),
    });
    expect(response.status).toBe(200);
    expect(practice.requests[0]?.headers).toMatchObject({ 'x-api-key': 'own-secret' });
    expect(practice.requests[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('headers by which a caller says who pays at the provider', () => {
  const headers = { 'OpenAI-Organization': 'org-caller', 'OpenAI-Project': 'proj-caller' };
  const both = 'org-caller proj-caller';
  const none = 'undefined undefined';

  async function seen(key: string, name: string, sent: Readonly<Record<string, string>> = headers) {
    expect((await as(key)({ model: name, headers: sent })).status).toBe(200);
    return practice.requests.map(
      ({ account, headers: { 'openai-organization': organization, 'openai-project': project } }) =>
        `${account}: ${organization} ${project}`,
    );
  }

  it('reach no provider with a credential of the gateway, on any attempt', async () => {
    practice.behave({ account: 'cloud', ...failing });
    expect(await seen('plain', 'small')).toEqual([`cloud: ${none}`, `local: ${none}`]);
  });

  it('reach the provider for which the key has brought its own, and no other', async () => {
    practice.behave({ account: 'cloud', ...failing });
    expect(await seen('bring-first', 'small')).toEqual([`cloud: ${both}`, `local: ${none}`]);
    practice.clear();
    practice.behave({ account: 'cloud', ...failing });
    expect(await seen('bring-second', 'small')).toEqual([`cloud: ${none}`, `local: ${both}`]);
  });

  it('are those of the policy at the provider that it sets them for', async () => {
    for (const sent of [headers, {}]) {
      practice.clear();
      practice.behave({ account: 'billed', ...failing });
      expect(await seen('plain', 'billed', sent)).toEqual(['billed: undefined proj-policy', `cloud: ${none}`]);
    }
  });
});
