import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { magicModels } from './magic-models.ts';
import { type Practice, startPractice } from './start.ts';
import { ask, chat, message } from './testing/client.ts';

let practice: Practice;

beforeAll(async () => {
  practice = await startPractice();
});
beforeEach(() => practice.clear());
afterAll(() => practice.close());

const behaviour = '/practice/behaviour';
const put = (body: object | string) => ask(practice.url, { path: behaviour, method: 'PUT', body });

describe('Over HTTP, the practice provider', () => {
  it('explains itself, with every magic model', async () => {
    const { text } = await ask(practice.url, { path: '/practice', method: 'GET' });
    for (const name of Object.keys(magicModels)) expect(text).toContain(`\n  ${name} `);
  });

  it('has a help whose example it takes', async () => {
    const { text } = await ask(practice.url, { path: '/practice', method: 'GET' });
    const example = /-d '(.+)'/.exec(text)?.[1] ?? '';
    const seen = await put(example);
    expect(seen.status).toBe(200);
    const question = { ...chat('small'), path: '/practice-openai/v1/chat/completions' };
    const statuses = [
      await ask(practice.url, question),
      await ask(practice.url, question),
      await ask(practice.url, question),
    ];
    expect(statuses.map(({ status }) => status)).toEqual([503, 503, 200]);
  });

  it('takes what is in force from now on, shows it, and forgets it', async () => {
    await put({ model: 'small', like: 'fail-500' });
    await put([{ like: 'fail-429' }, { model: 'large', like: 'fail-529' }]);
    const statuses = [await ask(practice.url, chat('small')), await ask(practice.url, message('large'))];
    expect(statuses.map(({ status }) => status)).toEqual([429, 529]);
    const shown = JSON.parse((await ask(practice.url, { path: behaviour, method: 'GET' })).text);
    expect(shown.map(({ fault }: { fault: { status: number } }) => fault.status)).toEqual([529, 429]);
    expect((await ask(practice.url, { path: behaviour, method: 'DELETE' })).text).toBe('[]\n');
    expect((await ask(practice.url, chat('small'))).status).toBe(200);
  });

  it('refuses a rule it does not understand, and keeps what was in force', async () => {
    await put({ like: 'fail-503' });
    expect(await put({ modle: 'x' })).toMatchObject({ status: 400, text: expect.stringContaining('"model"') });
    expect(await put('{')).toMatchObject({ status: 400, text: expect.stringContaining('JSON object') });
    expect((await ask(practice.url, chat('small'))).status).toBe(503);
  });

  it('shows what arrived, without credentials', async () => {
    const headers = { authorization: 'Bearer sk-secret', 'x-api-key': 'sk-secret', 'x-own': 'yes' };
    await ask(practice.url, { ...chat('small'), path: '/first/v1/chat/completions', headers });
    const { text } = await ask(practice.url, { path: '/practice/requests', method: 'GET' });
    expect(text).not.toContain('sk-secret');
    expect(JSON.parse(text)).toMatchObject([
      { account: 'first', method: 'POST', headers: { 'x-own': 'yes' }, body: { model: 'small' } },
    ]);
  });

  it('says where to look when the method is wrong', async () => {
    const seen = await ask(practice.url, { path: '/practice', method: 'POST' });
    expect(seen).toMatchObject({ status: 405, text: expect.stringContaining('GET /practice') });
  });
});

describe('The magic models', () => {
  it.each([
    ['fail-429', 429],
    ['fail-500', 500],
    ['fail-503', 503],
    ['fail-529', 529],
    ['error-under-200', 200],
    ['cut-before-headers', undefined],
  ])('%s answers %s in both dialects', async (model, status) => {
    for (const question of [chat(model), message(model)])
      expect((await ask(practice.url, question)).status).toBe(status);
  });

  it('do what their names say about pace', () => {
    expect(magicModels['slow-headers'].behaviour.headersDelayMs).toBe(5_000);
    expect(magicModels['slow-first-token'].behaviour.firstChunkDelayMs).toBe(5_000);
    expect(magicModels['never-answer'].behaviour.fault.kind).toBe('never-answer');
  });
});
