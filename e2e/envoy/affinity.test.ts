import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { attemptsOf, caller, providerOf, type Question } from '../support/caller.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { apiKey, documents, model, provider } from '../support/policy-documents.ts';

/*
 * Who is asked among equals: by weight, and the same one for the same conversation.
 */

const names = ['a', 'b', 'c'];

let practice: Practice;
let gateway: TestGateway;
const ana = caller(() => gateway.url, 'sk-sluice-affinity-key-of-ana');
const ben = caller(() => gateway.url, 'sk-sluice-affinity-key-of-ben');

beforeAll(async () => {
  practice = await startPractice();
  const equals = names.map((name) => ({ provider: name, model: 'm', priority: 0 }));
  gateway = await startGateway({
    processors: 2,
    policy: {
      'policy.yaml': documents(
        ...names.map((name) => provider(name, `${practice.url}/${name}/v1`)),
        model('equals', equals, { retry: { affinity: { header: 'x-conversation-id' }, coolDown: { failures: 0 } } }),
        model('weighted', [
          { provider: 'a', model: 'm', priority: 0, weight: 80 },
          { provider: 'b', model: 'm', priority: 0, weight: 20 },
          { provider: 'c', model: 'm', priority: 0, weight: 0 },
        ]),
        apiKey('ana', 'ANA_KEY'),
        apiKey('ben', 'BEN_KEY'),
      ),
    },
    env: { ANA_KEY: 'sk-sluice-affinity-key-of-ana', BEN_KEY: 'sk-sluice-affinity-key-of-ben' },
  });
});

afterAll(async () => {
  await gateway?.stop();
  await practice?.close();
});

beforeEach(() => practice.clear());

async function providers(count: number, question: (index: number) => Question, ask = ana) {
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => ask(question(index))));
  return answers.map(providerOf);
}

describe('the same conversation', () => {
  const inConversation = (id: string): Question => ({ model: 'equals', headers: { 'x-conversation-id': id } });

  it.each(['one', 'two', 'three', 'four'])('goes to the same target, whichever processor decides: %s', async (id) => {
    expect(new Set(await providers(12, () => inConversation(id))).size).toBe(1);
  });

  it('is one of many, which spread over all targets', async () => {
    expect(new Set(await providers(40, (index) => inConversation(`conversation ${index}`))).size).toBe(3);
  });

  it('is another one for another key', async () => {
    const ofAna = await providers(30, (index) => inConversation(`c${index}`));
    const ofBen = await providers(30, (index) => inConversation(`c${index}`), ben);
    expect(ofBen).not.toEqual(ofAna);
  });

  it('may be told in the body', async () => {
    const asked = (user: string): Question => ({ model: 'equals', body: { user } });
    expect(new Set(await providers(12, () => asked('ana'))).size).toBe(1);
    expect(new Set(await providers(40, (index) => asked(`user ${index}`))).size).toBe(3);
  });

  it('goes to another target while its own fails, the same one each time, and comes back', async () => {
    const own = providerOf(await ana(inConversation('sticky'))) ?? '';
    practice.behave({ account: own, fault: { kind: 'status', status: 503 } });
    const chains = new Set<string>();
    for (let request = 0; request < 6; request++) chains.add(attemptsOf(await ana(inConversation('sticky'))).join());
    expect(chains.size).toBe(1);
    expect([...chains][0]).toMatch(new RegExp(`^${own}/m,`));
    practice.clear();
    expect(providerOf(await ana(inConversation('sticky')))).toBe(own);
  });
});

describe('requests of no conversation', () => {
  it('spread over all targets', async () => {
    expect(new Set(await providers(40, () => ({ model: 'equals' }))).size).toBe(3);
  });

  it('spread by weight, and a target without weight gets none', async () => {
    const asked = await providers(200, () => ({ model: 'weighted' }));
    const ofA = asked.filter((name) => name === 'a').length;
    // 160 expected with a deviation of 5.7: less than one run in a million is outside.
    expect(ofA).toBeGreaterThan(130);
    expect(ofA).toBeLessThan(190);
    expect(asked).not.toContain('c');
  });
});
