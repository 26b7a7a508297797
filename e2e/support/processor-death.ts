import { expect } from 'vitest';
import type { Answer } from './caller.ts';
import { clearly, type ResilienceSite } from './resilience-site.ts';
import { until } from './until.ts';

/** The processor has seen the headers when it is killed, and the body is not complete. */
export async function askWhileItDies(site: ResilienceSite, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const body = JSON.stringify({ model: 'plain', messages: [{ role: 'user', content: 'Hello' }] });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const asked = fetch(`${site.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: readable,
    duplex: 'half',
  });
  await writer.write(Buffer.from(body.slice(0, 20)));
  await until('the processor has the headers', async () =>
    ((await site.gateway.processors[0]?.metrics()) ?? '').includes('sluice_exchanges_open 1'),
  );
  await site.gateway.processors[0]?.kill('SIGKILL');
  await writer.write(Buffer.from(body.slice(20))).catch(() => undefined);
  await writer.close().catch(() => undefined);
  const response = await asked;
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export async function expectDeathWhileAProviderThinks(
  site: ResilienceSite,
  headers: Readonly<Record<string, string>>,
): Promise<void> {
  site.practice.behave({ account: 'good', headersDelayMs: 1_000, times: 1 });
  const thinking = site.ask({ model: 'plain', headers });
  await until('the provider has the request', () => site.practice.requests.length === 1);
  site.practice.behave({ account: 'good', chunkDelayMs: 80, times: 1 });
  const streaming = fetch(`${site.gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'plain', stream: true, messages: [{ role: 'user', content: 'a b c d e f' }] }),
  });
  let text = '';
  const reader = (await streaming).body?.pipeThrough(new TextDecoderStream()) ?? [];
  for await (const chunk of reader) {
    text += chunk;
    if (text.includes(' a"')) await site.gateway.processors[0]?.kill('SIGKILL');
  }
  expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true);
  expect(clearly(await thinking)).toBe('503 gateway_not_ready');
}
