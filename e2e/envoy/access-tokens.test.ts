import { generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AskEndpoint, ask as askIssuer } from '../../src/controller/credentials/endpoint.ts';
import { type FakeService, fakeService, refuse } from '../../src/guard/remote/testing/fake-service.ts';
import { completion, gatewayOfOneCaller, localBackend, routeTo, secretOf } from '../support/ai-gateway-manifests.ts';
import { attemptsOf, caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startLoad } from '../support/load.ts';
import { documents } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * Backends that want access tokens of Google Cloud and of Microsoft Entra, on a real Envoy. Who gives out tokens stands
 * on this machine: the control plane is told to find both there.
 */

const clientKey = 'a-client-key-of-enough-characters';
const clientSecret = 'secret~of-the.application';
const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

let issuer: FakeService;
let models: FakeService;
let gateway: TestGateway;
const ask = caller(() => gateway.url, clientKey);
const lastToken = () => models.requests.at(-1)?.headers.authorization?.replace('Bearer ', '');
const patient = { limitMs: 50_000 };

/** How many tokens were given out, and how long they live. */
let given = 0;
let lifeSeconds = 3_600;
const good = new Set<string>();

beforeAll(async () => {
  issuer = await fakeService(({ path, body }) => {
    const fields = new URLSearchParams(body);
    const isRight =
      path === '/oauth2.googleapis.com/token'
        ? fields.get('assertion')?.split('.').length === 3
        : path === '/login.microsoftonline.com/contoso.example/oauth2/v2.0/token' &&
          fields.get('client_secret') === clientSecret;
    if (!isRight) return { status: 401, body: { error: 'invalid_client', error_description: body } };
    const token = `access-token-${++given}`;
    good.add(token);
    return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: lifeSeconds } };
  });
  models = await fakeService(({ headers, path }) =>
    path.startsWith('/spare/') || good.has(headers.authorization?.replace('Bearer ', '') ?? '')
      ? { status: 200, body: completion }
      : refuse(401, 'no token'),
  );
  const port = Number(new URL(models.url).port);
  gateway = await startGateway({
    askEndpoint: toIssuer,
    policy: (own) => ({
      'gateway.yaml': gatewayOfOneCaller(own, clientKey),
      'backends.yaml': documents(
        routeTo({ gemini: ['vertex'], gpt: ['azure', 'spare'] }),
        localBackend({ name: 'vertex', port, prefix: vertexPath, credential: vertex }),
        localBackend({ name: 'azure', port, prefix: 'openai/v1', credential: azure }),
        localBackend({ name: 'spare', port, prefix: 'spare/v1' }),
      ),
      'google.yaml': secretOf('google', { 'service_account.json': account('one') }),
      'entra.yaml': secretOf('entra', { 'client-secret': clientSecret }),
    }),
  });
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([issuer?.close(), models?.close()]);
});

/** The same request, with the host in front of the path. */
const toIssuer: AskEndpoint = (request, signal) =>
  askIssuer({ ...request, url: request.url.replace('https:/', issuer.url) }, signal);

describe('backends that want access tokens', () => {
  it('have them before the first request is answered', async () => {
    for (const [model, path] of [
      ['gemini', `/${vertexPath}/chat/completions`],
      ['gpt', '/openai/v1/chat/completions'],
    ] as const) {
      const answer = await ask({ model });
      expect([answer.status, models.requests.at(-1)?.path]).toEqual([200, path]);
    }
    expect([given, models.refusals, issuer.refusals]).toEqual([2, [], []]);
  });

  it('get another one of another account without a failed request', async () => {
    const load = startLoad(2, async () => {
      const { status } = await ask({ model: 'gemini' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await gateway.write('google.yaml', secretOf('google', { 'service_account.json': account('two') }));
    await until('its token is used', () => given === 3 && lastToken() === 'access-token-3', patient);
    const { failures } = await load.stop();
    expect([failures, models.refusals]).toEqual([[], []]);
  }, 60_000);

  it('get a newer one before the last one ends', async () => {
    lifeSeconds = 3;
    await gateway.write('google.yaml', secretOf('google', { 'service_account.json': account('three') }));
    await until('tokens were renewed', () => given >= 6, patient);
    lifeSeconds = 3_600;
    await until(
      'a renewed one is used',
      async () => (await ask({ model: 'gemini' })).status === 200 && lastToken() === `access-token-${given}`,
      patient,
    );
    expect(models.refusals).toEqual([]);
  }, 120_000);

  it('keep the last token while a changed secret is wrong, and its policy says so', async () => {
    await gateway.write('entra.yaml', secretOf('entra', { 'client-secret': 'wrong~secret' }));
    await until('the refusal is told', () => statusText().includes('invalid_client'), patient);
    expect(statusText()).toContain('login.microsoftonline.com answers 401');
    expect((await ask({ model: 'gpt' })).status).toBe(200);
    await gateway.write('entra.yaml', secretOf('entra', { 'client-secret': clientSecret }));
    await until('all is well', () => !statusText().includes('invalid_client'), patient);
    expect((await ask({ model: 'gpt' })).status).toBe(200);
  }, 120_000);

  it('are left out without any token, and others answer', async () => {
    issuer.behave({ kind: 'hang' });
    await gateway.restartControlPlane();
    await until(
      'the new control plane is heard',
      async () => {
        const answer = await ask({ model: 'gpt' });
        return attemptsOf(answer).join() === 'spare/gpt';
      },
      patient,
    );
    expect(statusText()).toContain('gives no token yet');
    issuer.behave(undefined);
  }, 60_000);

  it('show neither tokens nor what they are given out for', async () => {
    const shown = [
      await gateway.envoy.admin('/config_dump?include_eds'),
      gateway.envoy.log(),
      gateway.log(),
      statusText(),
    ].join('\n');
    for (const value of [...good, clientSecret, 'wrong~secret', privateKey.slice(40, 80)]) {
      expect(shown.includes(value)).toBe(false);
    }
  });
});

function statusText(): string {
  return JSON.stringify(gateway.plane.status());
}

function account(keyId: string): string {
  return JSON.stringify({
    type: 'service_account',
    private_key_id: keyId,
    private_key: privateKey,
    client_email: 'models@p.iam.gserviceaccount.com',
    token_uri: 'https://oauth2.googleapis.com/token',
  });
}

const vertex = {
  type: 'GCPCredentials',
  gcpCredentials: { projectName: 'p', region: 'europe-west4', credentialsFile: { secretRef: { name: 'google' } } },
};
const azure = {
  type: 'AzureCredentials',
  azureCredentials: { clientID: 'c', tenantID: 'contoso.example', clientSecretRef: { name: 'entra' } },
};
const vertexPath = 'v1/projects/p/locations/europe-west4/endpoints/openapi';
