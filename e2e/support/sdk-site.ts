import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Practice, startPractice } from '../../src/practice/start.ts';
import { startGateway, type TestGateway } from './gateway.ts';
import { apiKey, documents, model, provider } from './policy-documents.ts';

export const secret = 'sk-sluice-sdk-test-key';
export const hello = [{ role: 'user' as const, content: 'Hello there!' }];
export const requestId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** What the tests of a file share: a gateway before the practice provider, and official clients that ask it. */
export interface SdkSite {
  readonly practice: Practice;
  readonly gateway: TestGateway;
  readonly openai: OpenAI;
  readonly anthropic: Anthropic;
}

/** Starts before the tests of the file that calls it, and ends behind them. */
export function sdkSite(): SdkSite {
  let practice: Practice;
  let gateway: TestGateway;
  let openai: OpenAI;
  let anthropic: Anthropic;

  beforeAll(async () => {
    practice = await startPractice({ expectedKeysByAccount: { gpt: ['gpt-secret'], claude: ['claude-secret'] } });
    gateway = await startGateway({
      policy: {
        'policy.yaml': documents(
          provider('gpt', `${practice.url}/gpt/v1`, { credential: { apiKey: { env: 'GPT_KEY' } } }),
          provider('claude', `${practice.url}/claude/v1`, {
            schema: 'anthropic',
            credential: { apiKey: { env: 'CLAUDE_KEY' } },
          }),
          model('small', ['gpt/gpt-practice'], { aliases: ['tiny'] }),
          model('picture', ['gpt/image-practice']),
          model('busy', ['gpt/fail-429']),
          model('down', ['gpt/cut-before-headers']),
          model('sonnet', ['claude/claude-practice']),
          model('sonnet-busy', ['claude/fail-429']),
          model('sonnet-overloaded', ['claude/fail-529']),
          model('forbidden', ['gpt/gpt-practice']),
          model('secret', ['gpt/gpt-practice'], { listed: false }),
          model('with-vendor', ['gpt/gpt-practice'], { name: 'vendor/gpt', listed: false }),
          apiKey('test', 'CALLER_KEY', { models: { deny: ['forbidden'] } }),
        ),
      },
      env: { GPT_KEY: 'gpt-secret', CLAUDE_KEY: 'claude-secret', CALLER_KEY: secret },
    });
    openai = new OpenAI({ apiKey: secret, baseURL: `${gateway.url}/v1`, maxRetries: 0 });
    anthropic = new Anthropic({ apiKey: secret, baseURL: gateway.url, maxRetries: 0 });
  });
  afterAll(async () => {
    await gateway?.stop();
    await practice?.close();
  });
  beforeEach(() => practice.clear());

  return {
    get practice() {
      return practice;
    },
    get gateway() {
      return gateway;
    },
    get openai() {
      return openai;
    },
    get anthropic() {
      return anthropic;
    },
  };
}
