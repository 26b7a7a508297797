import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MeteredGateway, startMeteredGateway } from '../support/metered-gateway.ts';
import { contentEvent, startStream } from '../support/raw-stream.ts';

/* Where nobody else asks for a while, Envoy tidies up. What still runs must not miss it. */

let metered: MeteredGateway;
beforeAll(async () => {
  metered = await startMeteredGateway();
});
afterAll(() => metered?.stop());

/** Envoy's own patience with a client of the processor that nobody uses anew is 50 s, and it looks now and then. */
const quietMs = 55_000;

it('a caller that leaves a long stream while nobody else asks leaves a living Envoy', { timeout: 90_000 }, async () => {
  metered.answer = (response: ServerResponse) => {
    startStream(response);
    response.write(contentEvent('Let me think.'));
  };
  const leaving = new AbortController();
  const { record } = await metered.recordedBy(async () => {
    const { body } = await metered.post('/v1/chat/completions', question, { signal: leaving.signal });
    await body?.getReader().read();
    await sleep(quietMs);
    leaving.abort();
  });
  expect(record).toMatchObject({ status: 200, ending: 'caller aborted', tokens: { source: 'counted' } });

  metered.answer = (response: ServerResponse) => {
    startStream(response);
    response.end(contentEvent('Here.'));
  };
  const next = await metered.post('/v1/chat/completions', question);
  expect(await next.text()).toContain('Here.');
});

const question = { model: 'm', stream: true, messages: [{ role: 'user', content: 'Hello' }] };
