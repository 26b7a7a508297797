import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { chat } from '../support/api-shapes.ts';
import { type MeteredGateway, startMeteredGateway } from '../support/metered-gateway.ts';
import { answerJson } from '../support/recording-provider.ts';
import { until } from '../support/until.ts';

/* What a request is charged for that does not come to its end, on a real Envoy. */

let metered: MeteredGateway;
beforeAll(async () => {
  metered = await startMeteredGateway();
});
afterAll(() => metered?.stop());
beforeEach(() => metered.reset());

const prompt = 'a prompt that nobody may find again';

describe('a request that does not come to its end', () => {
  const endless = (after?: () => void) => async (response: ServerResponse) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.on('close', () => after?.());
    for (let n = 0; !response.closed && n < 500; n++) {
      response.write(
        `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'some more words ' }, finish_reason: null }] })}\n\n`,
      );
      await sleep(5);
    }
  };

  it('because the caller goes away is charged for what passed, and the provider is told', async () => {
    let toldAt = 0;
    metered.answer = endless(() => {
      toldAt = performance.now();
    });
    const leave = new AbortController();
    let leftAt = 0;
    const { record } = await metered.recordedBy(async () => {
      const response = await metered.post(chat.path, chat.request(prompt, true), { signal: leave.signal });
      const reader = response.body?.getReader();
      for (let n = 0; n < 10; n++) await reader?.read();
      leftAt = performance.now();
      leave.abort();
    });
    expect(record).toMatchObject({
      ending: 'caller aborted',
      tokens: { source: 'counted', completeness: 'partial' },
      cost: { nanoUsd: expect.any(Number) },
    });
    expect(record.tokens?.output).toBeGreaterThan(15);
    expect(record.firstTokenMs).toBeGreaterThan(0);
    await until('the provider is told', () => toldAt > 0);
    // At once; the rest is for a busy machine. What it would have sent takes 2.5 s.
    expect(toldAt - leftAt).toBeLessThan(2_000);
  });

  it('because the provider breaks off is charged for what passed', async () => {
    metered.answer = async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of chat.stream?.(['some words ', 'and more words ']).slice(0, 3) ?? []) {
        response.write(event);
        await sleep(5);
      }
      response.destroy();
    };
    const { record } = await metered.recordedBy(async () => {
      const response = await metered.post(chat.path, chat.request(prompt, true));
      await response.text().catch(() => '');
    });
    expect(record.ending).toMatch(/^(?:provider cut|caller aborted)$/);
    expect(record.tokens).toMatchObject({ source: 'counted', completeness: 'partial' });
    expect(record.tokens?.output).toBeGreaterThanOrEqual(4);
  });

  it('because the provider ends it in the middle is known to be cut', async () => {
    metered.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(chat.stream?.(['half of']).slice(0, 2).join(''));
    };
    const { record } = await metered.ask(chat.path, chat.request(prompt, true));
    expect(record).toMatchObject({ ending: 'provider cut', tokens: { completeness: 'partial' } });
  });

  it('because the provider falls silent is charged for what passed, and the provider is told', async () => {
    let isTold = false;
    metered.answer = (response) => {
      response.on('close', () => {
        isTold = true;
      });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of chat.stream?.(['some words ', 'and more words ']).slice(0, 3) ?? []) response.write(event);
    };
    const { record } = await metered.recordedBy(async () => {
      const response = await metered.post(chat.path, { ...chat.request(prompt, true), model: 'impatient' });
      await response.text().catch(() => '');
    });
    expect(record.ending).toBe('timed out');
    expect(record.tokens).toMatchObject({ source: 'counted', completeness: 'partial' });
    expect(record.tokens?.output).toBeGreaterThanOrEqual(4);
    await until('the provider is told', () => isTold);
  });

  it('because there is no provider costs nothing', async () => {
    const { status, record } = await metered.ask(chat.path, { ...chat.request(prompt, false), model: 'away' });
    expect(status).toBe(502);
    expect(record).toMatchObject({ status: 502, ending: 'provider failed', attempts: [{ provider: 'away' }] });
    expect(record).not.toHaveProperty('tokens');
    expect(record).not.toHaveProperty('cost');
  });

  it('because the provider goes on with it in the background is known to be charged in part', async () => {
    metered.answer = (response) =>
      answerJson(response, 200, { id: 'resp_1', object: 'response', status: 'queued', output: [], usage: null });
    const { status, record } = await metered.ask('/v1/responses', { model: 'm', input: prompt, background: true });
    expect(status).toBe(200);
    expect(record).toMatchObject({ ending: 'done', tokens: { source: 'estimated', completeness: 'partial' } });
  });

  it('because the provider refuses costs nothing', async () => {
    metered.answer = (response) =>
      answerJson(response, 400, { error: { message: 'no', type: 'invalid_request_error' } });
    const { status, record } = await metered.ask(chat.path, chat.request(prompt, false));
    expect(status).toBe(400);
    expect(record).toMatchObject({ status: 400, ending: 'provider failed', attempts: [{ status: 400 }] });
    expect(record).not.toHaveProperty('tokens');
  });

  it('because it is refused here is recorded, too', async () => {
    const { status, record } = await metered.ask(chat.path, { ...chat.request(prompt, false), model: 'unheard-of' });
    expect(status).toBe(404);
    expect(record).toMatchObject({ key: 'caller', status: 404, ending: 'rejected', attempts: [] });
    expect(metered.provider.requests).toEqual([]);
  });
});

describe('nothing that was said', () => {
  it('and no key stands in the records, the logs or the metrics', () =>
    metered.expectUnsaid([prompt, 'some more words']));
});
