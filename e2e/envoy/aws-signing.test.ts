import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeService, fakeService, refuse } from '../../src/guard/remote/testing/fake-service.ts';
import { signatureFault } from '../../src/guard/remote/testing/verify-sigv4.ts';
import { completion, gatewayOfOneCaller, localBackend, routeTo, secretOf } from '../support/ai-gateway-manifests.ts';
import { caller } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startLoad } from '../support/load.ts';
import { documents } from '../support/policy-documents.ts';
import { until } from '../support/until.ts';

/*
 * A backend that wants its requests signed, in the words of Envoy AI Gateway, on a real Envoy and before somebody who
 * checks each signature.
 */

const clientKey = 'a-client-key-of-enough-characters';
const first = { accessKeyId: 'AKIAFIRSTKEY', secretAccessKey: 'first/secret+access=key' };
const second = { accessKeyId: 'ASIASECONDKEY', secretAccessKey: 'second-secret', sessionToken: 'token-of-the-session' };

let bedrock: FakeService;
let failing: FakeService;
let gateway: TestGateway;
const accepted = new Map([first, second].map((key) => [key.accessKeyId, key]));
const ask = caller(() => gateway.url, clientKey);
const patient = { limitMs: 25_000 };

/** The keys that requests were signed with, as far as they were right. */
const signers: string[] = [];

beforeAll(async () => {
  bedrock = await fakeService((request) => {
    const accessKeyId = /Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    const key = accepted.get(accessKeyId);
    if (key === undefined) return refuse(403, 'nobody');
    const fault = signatureFault(request, key, { region: 'eu-west-1', service: 'bedrock' });
    if (fault !== undefined) return refuse(403, fault);
    signers.push(accessKeyId);
    return { status: 200, body: completion };
  });
  failing = await fakeService(() => refuse(503, 'always'));
  gateway = await startGateway({
    policy: (port) => ({
      'gateway.yaml': gatewayOfOneCaller(port, clientKey),
      'backends.yaml': backends(portOf(bedrock), portOf(failing)),
      'secret.yaml': secret(first),
    }),
  });
}, 60_000);

afterAll(async () => {
  await gateway?.stop();
  await Promise.all([bedrock?.close(), failing?.close()]);
});

describe('a backend with AWSCredentials', () => {
  it('gets requests with a signature of what it gets', async () => {
    const answer = await ask({ model: 'signed', body: { user: 'somebody', temperature: 1 } });
    expect([answer.status, bedrock.refusals]).toEqual([200, []]);
    const request = bedrock.requests.at(-1);
    expect(request?.path).toBe('/openai/v1/chat/completions');
    expect(JSON.parse(request?.body ?? '')).toMatchObject({ model: 'signed', temperature: 0.5 });
    expect(request?.body).not.toContain('somebody');
    expect(Object.keys(request?.headers ?? {}).filter((name) => /sluice|envoy|api-key/.test(name))).toEqual([]);
  });

  it('gets a signature of its own after another provider has failed', async () => {
    const answer = await ask({ model: 'second', content: 'again' });
    expect([answer.status, failing.requests.length, bedrock.refusals]).toEqual([200, 1, []]);
    expect(failing.requests[0]?.headers.authorization).toBe('Bearer key-of-the-other');
  });

  it('gets large requests whole', async () => {
    const answer = await ask({ model: 'signed', content: 'x'.repeat(3_000_000) });
    expect([answer.status, bedrock.refusals]).toEqual([200, []]);
    expect(bedrock.requests.at(-1)?.body.length).toBeGreaterThan(3_000_000);
  });

  it('gets every request signed while the key is replaced', async () => {
    const load = startLoad(4, async () => {
      const { status } = await ask({ model: 'signed' });
      return status === 200 ? undefined : `status ${status}`;
    });
    await until('there is load', () => load.count > 20, patient);
    await gateway.write('secret.yaml', secret(second));
    await until('the new key signs', () => signers.at(-1) === second.accessKeyId, patient);
    const { failures } = await load.stop();
    expect([failures, bedrock.refusals]).toEqual([[], []]);
    await ask({ model: 'signed' });
    expect(signers.at(-1)).toBe(second.accessKeyId);
  }, 60_000);

  it('shows its key to nobody who looks at Envoy, or at the control plane', async () => {
    const dump = await gateway.envoy.admin('/config_dump?include_eds');
    // What is looked for is there, with its secrets taken out.
    expect(dump).toContain('aws_request_signing');
    expect(dump).toContain(second.accessKeyId);
    const shown = [dump, await gateway.envoy.admin('/clusters'), gateway.envoy.log(), gateway.log()].join('\n');
    for (const value of [first.secretAccessKey, second.secretAccessKey, second.sessionToken]) {
      expect(shown.includes(value)).toBe(false);
      expect(JSON.stringify(gateway.plane.status())).not.toContain(value);
    }
  });

  it('says what is wrong with its file, and nothing of what is in it', async () => {
    await gateway.write('secret.yaml', secret(second).replace('aws_secret_access_key', 'no_key'));
    const status = JSON.stringify(gateway.plane.status());
    expect(status).toContain('has no aws_secret_access_key in profile \\"models\\"');
    expect(status).not.toContain(second.secretAccessKey);
  });
});

function portOf({ url }: FakeService): number {
  return Number(new URL(url).port);
}

const mutated = { set: [{ path: 'temperature', value: '0.5' }], remove: ['user'] };

function backends(bedrockPort: number, failingPort: number): string {
  return documents(
    routeTo({ signed: ['bedrock'], second: ['other', 'bedrock'] }),
    localBackend({
      name: 'bedrock',
      port: bedrockPort,
      prefix: 'openai/v1',
      credential: {
        type: 'AWSCredentials',
        awsCredentials: { region: 'eu-west-1', credentialsFile: { secretRef: { name: 'aws' }, profile: 'models' } },
      },
      bodyMutation: mutated,
    }),
    localBackend({
      name: 'other',
      port: failingPort,
      prefix: 'v1',
      credential: { type: 'APIKey', apiKey: { secretRef: { name: 'other' } } },
    }),
    secretOf('other', { apiKey: 'key-of-the-other' }),
  );
}

function secret(key: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }): string {
  const lines = [
    '[models]',
    `aws_access_key_id = ${key.accessKeyId}`,
    `aws_secret_access_key = ${key.secretAccessKey}`,
    ...(key.sessionToken === undefined ? [] : [`aws_session_token = ${key.sessionToken}`]),
  ];
  return secretOf('aws', { credentials: lines.join('\n') });
}
