import { describe, expect, it } from 'vitest';
import { cleanupsAfterEach } from '../support/cleanups.ts';
import { gatewayModel, providerModel } from '../support/gateway-model.ts';
import { answerJson, startRecordingProvider } from '../support/recording-provider.ts';
import { carryOut } from '../support/scripted-plan.ts';
import { startScriptedProcessor } from '../support/scripted-processor.ts';
import { startTranslatedEnvoy } from '../support/translated-envoy.ts';

const atEnd = cleanupsAfterEach();

async function gateway(allowOrigins: readonly string[] | undefined) {
  const provider = await startRecordingProvider((response) => answerJson(response, 200, {}));
  atEnd(() => provider.close());
  const processor = await startScriptedProcessor(carryOut({ chain: ['provider/a'] }));
  atEnd(() => processor.close());
  const { settings } = gatewayModel();
  const running = await startTranslatedEnvoy(
    gatewayModel({
      providers: [providerModel('a', provider.port)],
      settings: { ...settings, ...(allowOrigins && { cors: { allowOrigins } }) },
    }),
    { processors: [{ host: '127.0.0.1', port: processor.port }] },
  );
  atEnd(() => running.stop());
  const url = `http://127.0.0.1:${await running.port('http')}/v1/chat/completions`;
  const preflight = (origin: string) =>
    fetch(url, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  return { url, preflight, processor };
}

describe('a browser on another origin', () => {
  it('may call when the policy allows its origin, and its preflight needs no key', async () => {
    const { url, preflight, processor } = await gateway(['https://app.example.com', 'https://*.example.org']);
    const allowed = await preflight('https://app.example.com');
    expect(allowed.status).toBe(200);
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('*, authorization');
    expect((await preflight('https://a.example.org')).headers.get('access-control-allow-origin')).not.toBeNull();
    expect(processor.seen).toEqual([]);

    const answer = await fetch(url, { method: 'POST', body: '{}', headers: { origin: 'https://app.example.com' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
  });

  it.each([
    'https://evil.com',
    'https://app.example.com.evil.com',
    'https://app-example.com',
    'https://a.b/.example.org',
  ])('may not call from %s', async (origin) => {
    const { preflight } = await gateway(['https://app.example.com', 'https://*.example.org']);
    expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may not call when the policy says nothing', async () => {
    const { preflight } = await gateway(undefined);
    expect((await preflight('https://app.example.com')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
