import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Vault } from '../../../guard/redaction/vault.ts';
import type { RemoteJudge, RemoteVerdict } from '../../../guard/remote-judge.ts';
import type { Guardrail } from '../../../program/guardrail.ts';
import { compileScope } from '../../../program/scope.ts';
import { Guarded } from './guarded.ts';
import { GuardedResponse } from './guarded-response.ts';
import { createGuards } from './guards.ts';

const parts = [
  'keys',
  'users',
  'teams',
  'projects',
  'models',
  'providers',
  'apis',
  'headers',
  'labels',
  'routes',
] as const;
const everybody = compileScope(
  Object.fromEntries(parts.map((part) => [part, []])) as unknown as Parameters<typeof compileScope>[0],
);

type Rule = Guardrail['rules'][number];

const common = {
  onRequest: false,
  onResponse: true,
  roles: undefined,
  redaction: { style: 'text', text: '[REDACTED]', keepLast: 0 },
  redactionByEntity: new Map(),
  severity: 'medium',
  message: undefined,
  atHoldBackLimit: 'mask',
} as const;

function service(action: Rule['action'], onFailure: 'closed' | 'open' = 'closed'): Rule {
  return {
    ...common,
    name: 'service',
    action,
    streaming: 'window',
    remote: { timeoutMs: 1_000, onFailure, mostConcurrent: 4, cacheMs: 0 },
    detector: {
      kind: 'webhook',
      url: 'http://127.0.0.1:9/',
      headers: [],
      credentialHeader: '',
      credentialPrefix: '',
      credential: '',
      ca: '',
    },
  };
}

const words: Rule = {
  ...common,
  name: 'words',
  action: 'redact',
  streaming: 'buffer',
  remote: undefined,
  detector: { kind: 'keywords', words: ['falcon'] },
};

function responseWith(rules: readonly Rule[], judge: (text: string) => RemoteVerdict) {
  const asked: string[] = [];
  const guards = createGuards()([{ name: 'g', version: '1', scope: everybody, isObserving: false, rules }]);
  const guarded = new Guarded(guards, new Vault(randomBytes(32), ''), (work) => work());
  const scripted: RemoteJudge = {
    judge(texts, _phase, _deadline, done) {
      const text = texts.map((each) => each.text).join('');
      asked.push(text);
      const timer = setTimeout(() => done(judge(text)), 1);
      return () => clearTimeout(timer);
    },
  };
  return { response: new GuardedResponse(guarded, () => scripted), guarded, asked };
}

/** The whole of a text in pieces, each judged before the next one comes; undefined: it was refused. */
async function through(response: GuardedResponse, pieces: readonly string[]): Promise<string | undefined> {
  const text = response.openWindowed('assistant');
  let readable = '';
  const judged = async (): Promise<boolean> => {
    for (;;) {
      const due = await new Promise<boolean | undefined>((resolve) => {
        if (!text.judge(resolve)) resolve(undefined);
      });
      readable += text.take();
      if (due !== true) return due === undefined;
    }
  };
  for (const piece of pieces) {
    text.push(piece);
    if (!(await judged())) return undefined;
  }
  text.end();
  return (await judged()) ? readable : undefined;
}

const long = Array.from({ length: 900 }, (_, index) => `word${index} `);

describe('a text that a service judges window by window', () => {
  it('is asked about in windows that overlap, behind the local rules, and comes out whole', async () => {
    const { response, asked } = responseWith([words, service('block')], () => ({ kind: 'allow' }));
    expect([response.isWhole, response.isWindowed]).toEqual([false, true]);
    const text = [...long.slice(0, 300), 'Falcon ', ...long.slice(300)];
    expect(await through(response, text)).toBe(text.join('').replace('Falcon', '[REDACTED]'));
    expect(asked.length).toBeGreaterThan(2);
    expect(asked.join('')).not.toContain('Falcon');
    expect(asked.join('').length).toBeGreaterThan(text.join('').length);
  });

  it('ends where the service blocks', async () => {
    const { response, guarded } = responseWith([service('block')], (text) =>
      text.includes('word700') ? { kind: 'blocked', reasons: [] } : { kind: 'allow' },
    );
    expect(await through(response, long)).toBeUndefined();
    expect(guarded.rejection).toMatchObject({ code: 'guardrail_violation', params: { rule: 'service' } });
  });

  it.each([
    ['closed', undefined, 'guardrail_unavailable'],
    ['open', long.join(''), undefined],
  ] as const)('fails %s where the service does not answer', async (onFailure, readable, code) => {
    const { response, guarded } = responseWith([service('block', onFailure)], () => ({
      kind: 'failed',
      reason: 'timeout',
    }));
    expect(await through(response, long)).toBe(readable);
    expect(guarded.rejection?.code).toBe(code);
  });

  it('is held until its end if one of the services wants all of it', () => {
    const whole: Rule = { ...service('block'), name: 'other', streaming: 'buffer' };
    const { response } = responseWith([service('block'), whole], () => ({ kind: 'allow' }));
    expect([response.isWhole, response.isWindowed]).toEqual([true, false]);
  });
});
