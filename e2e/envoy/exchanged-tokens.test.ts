import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FakeService } from '../../src/guard/remote/testing/fake-service.ts';
import { gatewayOfOneCaller, localBackend, routeTo, secretOf } from '../support/ai-gateway-manifests.ts';
import { caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startLoad } from '../support/load.ts';
import { documents } from '../support/policy-documents.ts';
import { basic, clientSecret, roles, startTokenClouds, type TokenClouds } from '../support/token-clouds.ts';
import { until } from '../support/until.ts';

/*
 * Backends whose cloud trusts an issuer of tokens: a token of the issuer is exchanged for what the backend takes. On a
 * real Envoy; issuer and clouds stand on this machine, and the control plane is told to find them there.
 */

const clientKey = 'a-client-key-of-enough-characters';
const patient = { limitMs: 50_000 };

let clouds: TokenClouds;
let gateway: TestGateway;
const ask = caller(() => gateway.url, clientKey);

beforeAll(async () => {
  clouds = await startTokenClouds();
  gateway = await startGateway({
    askEndpoint: clouds.askEndpoint,
    policy: (own) => ({
      'gateway.yaml': gatewayOfOneCaller(own, clientKey),
      'route.yaml': routeTo({ claude: ['bedrock'], gemini: ['vertex'], gemma: ['vertex-account'], gpt: ['azure'] }),
      'aws.yaml': aws(roles[0]),
      'google.yaml': google('pool'),
      'azure.yaml': entra('first-application'),
      'issuer.yaml': secretOf('issuer', { 'client-secret': clientSecret }),
    }),
  });
}, 120_000);

afterAll(async () => {
  await gateway?.stop();
  await clouds?.close();
});

/** The token that came with the last request. */
function lastToken({ requests }: FakeService): string {
  return requests.at(-1)?.headers.authorization?.replace('Bearer ', '') ?? '';
}

describe('a backend with AWSCredentials of a role', () => {
  it('gets its requests signed with a key of the role', async () => {
    await until('a request is answered', async () => (await ask({ model: 'claude' })).status === 200, patient);
    expect([clouds.signers, clouds.unexpected(), clouds.bedrock.refusals]).toEqual([['ASIAKEY1'], [], []]);
    expect(clouds.bedrock.requests.at(-1)?.headers['x-amz-security-token']).toBe('session-1');
  });

  it('gets every request signed while its role becomes another one', async () => {
    const load = startLoad(4, async () => {
      const { status } = await ask({ model: 'claude' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await until('there is load', () => load.count > 20, patient);
    await gateway.write('aws.yaml', aws(roles[1]));
    await until('the new key signs', () => clouds.signers.at(-1) !== 'ASIAKEY1', patient);
    const { failures } = await load.stop();
    expect([failures, clouds.unexpected(), clouds.bedrock.refusals]).toEqual([[], [], []]);
  }, 60_000);

  it('keeps the last key while the issuer refuses, and its policy says so', async () => {
    const given = clouds.keys.length;
    await gateway.write('issuer.yaml', secretOf('issuer', { 'client-secret': 'wrong~secret' }));
    await until('the refusal is told', () => statusText().includes('login.example answers 401'), patient);
    expect(statusText()).toContain('gives no newer token');
    expect([(await ask({ model: 'claude' })).status, clouds.keys.length]).toEqual([200, given]);
  }, 60_000);

  it('gets a newer key before the last one ends', async () => {
    clouds.lifeSeconds = 5;
    const before = clouds.keys.length;
    await gateway.write('issuer.yaml', secretOf('issuer', { 'client-secret': clientSecret }));
    await until('keys were renewed', () => clouds.keys.length >= before + 3, patient);
    const ending = clouds.keys.length;
    clouds.lifeSeconds = 3_600;
    await until(
      'one that lasts is used',
      async () =>
        clouds.keys.length > ending &&
        (await ask({ model: 'claude' })).status === 200 &&
        clouds.signers.at(-1) === clouds.keys.at(-1)?.accessKeyId,
      patient,
    );
    expect(clouds.bedrock.refusals).toEqual([]);
  }, 120_000);
});

describe('a backend with GCPCredentials of a federation', () => {
  it('gets a token of the federation, or of the account that is acted for', async () => {
    for (const [model, token] of [
      ['gemini', /^federated-pool-/],
      ['gemma', /^of-the-account-/],
    ] as const) {
      await until('a request is answered', async () => (await ask({ model })).status === 200, patient);
      expect(lastToken(clouds.vertex)).toMatch(token);
    }
    expect([clouds.unexpected(), clouds.vertex.refusals]).toEqual([[], []]);
  });

  it('gets another one of another pool without a failed request', async () => {
    const load = startLoad(2, async () => {
      const { status } = await ask({ model: 'gemini' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await gateway.write('google.yaml', google('other'));
    await until('its token is used', () => /^federated-other-/.test(lastToken(clouds.vertex)), patient);
    const { failures } = await load.stop();
    expect([failures, clouds.vertex.refusals]).toEqual([[], []]);
  }, 60_000);

  it('keeps the last token while Google refuses, and its policy says so', async () => {
    await gateway.write('google.yaml', google('nowhere'));
    const refusal = 'sts.googleapis.com answers 400: invalid_target: no such pool';
    await until('the refusal is told', () => statusText().includes(refusal), patient);
    expect((await ask({ model: 'gemma' })).status).toBe(200);
    expect(lastToken(clouds.vertex)).toMatch(/^of-the-account-/);
  }, 60_000);
});

describe('a backend with AzureCredentials of an issuer', () => {
  it('gets a token of the application that trusts it', async () => {
    await until('a request is answered', async () => (await ask({ model: 'gpt' })).status === 200, patient);
    expect(lastToken(clouds.azure)).toMatch(/^first-application-/);
    expect([clouds.unexpected(), clouds.azure.refusals]).toEqual([[], []]);
  });

  it('gets one of another application without a failed request', async () => {
    const load = startLoad(2, async () => {
      const { status } = await ask({ model: 'gpt' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await gateway.write('azure.yaml', entra('second-application'));
    await until('its token is used', () => /^second-application-/.test(lastToken(clouds.azure)), patient);
    const { failures } = await load.stop();
    expect([failures, clouds.azure.refusals]).toEqual([[], []]);
  }, 60_000);

  it('keeps the last token while Entra refuses, and its policy says so', async () => {
    await gateway.write('azure.yaml', entra('nobody'));
    const refusal = 'login.microsoftonline.com answers 400: unauthorized_client: AADSTS700016: no such application';
    await until('the refusal is told', () => statusText().includes(refusal), patient);
    expect((await ask({ model: 'gpt' })).status).toBe(200);
    expect(lastToken(clouds.azure)).toMatch(/^second-application-/);
  }, 60_000);
});

describe('what is exchanged', () => {
  it('is shown to nobody', async () => {
    const shown = [
      await gateway.envoy.admin('/config_dump?include_eds'),
      gateway.envoy.log(),
      gateway.log(),
      statusText(),
    ].join('\n');
    expect(shown).toContain(clouds.keys.at(-1)?.accessKeyId);
    const secret = clouds.keys.flatMap(({ secretAccessKey, sessionToken }) => [secretAccessKey, sessionToken]);
    for (const value of [
      ...secret,
      ...clouds.tokens,
      ...clouds.accessTokens,
      clientSecret,
      basic.slice(6),
      'wrong~secret',
    ]) {
      expect(shown.includes(value)).toBe(false);
    }
  });
});

function statusText(): string {
  return JSON.stringify(gateway.plane.status());
}

const exchange = {
  oidc: {
    provider: { issuer: 'https://login.example/realms/a' },
    clientID: 'models',
    clientSecret: { name: 'issuer' },
    scopes: ['models'],
  },
  aud: 'clouds',
};

function portOf({ url }: FakeService): number {
  return Number(new URL(url).port);
}

function aws(awsRoleArn: string | undefined): string {
  const awsCredentials = { region: 'eu-west-1', oidcExchangeToken: { ...exchange, awsRoleArn } };
  return localBackend({
    name: 'bedrock',
    port: portOf(clouds.bedrock),
    prefix: 'openai/v1',
    credential: { type: 'AWSCredentials', awsCredentials },
  });
}

function google(workloadIdentityPoolName: string): string {
  const federation = {
    projectID: '123',
    workloadIdentityPoolName,
    workloadIdentityProviderName: 'corp',
    oidcExchangeToken: exchange,
  };
  const account = { serviceAccountImpersonation: { serviceAccountName: 'models' } };
  const credential = (workloadIdentityFederationConfig: object) => ({
    type: 'GCPCredentials',
    gcpCredentials: { projectName: 'p', region: 'europe-west4', workloadIdentityFederationConfig },
  });
  const [port, prefix] = [portOf(clouds.vertex), 'v1/projects/p/locations/europe-west4/endpoints/openapi'];
  return documents(
    localBackend({ name: 'vertex', port, prefix, credential: credential(federation) }),
    localBackend({ name: 'vertex-account', port, prefix, credential: credential({ ...federation, ...account }) }),
  );
}

function entra(clientID: string): string {
  const azureCredentials = { clientID, tenantID: 'contoso.example', oidcExchangeToken: exchange };
  return localBackend({
    name: 'azure',
    port: portOf(clouds.azure),
    prefix: 'openai/v1',
    credential: { type: 'AzureCredentials', azureCredentials },
  });
}
