import type { RemoteText, RemoteVerdict } from '../../remote-judge.ts';
import type { GuardRule, Phase, RemoteCall, RemoteSpec, TextRole } from '../../rule.ts';
import { rule } from '../../testing/rules.ts';
import { createRemoteJudges, type RemoteJudges } from '../index.ts';

const secrets: ReadonlyMap<string, string> = new Map([
  ['AZURE_KEY', 'azure-key'],
  ['OPENAI_KEY', 'openai-key'],
  ['AWS_ID', 'AKIDEXAMPLE'],
  ['AWS_SECRET', 'aws/secret+key'],
  ['AWS_TOKEN', 'aws-token'],
  ['HOOK_KEY', 'hook-key'],
]);

export const secret = (name: string) => secrets.get(name);

export function remoteRule(
  detector: RemoteSpec,
  details: Partial<Omit<GuardRule, 'remote'>> & { readonly remote?: Partial<RemoteCall> } = {},
): GuardRule {
  const remote: RemoteCall = {
    timeoutMs: 2_000,
    onFailure: 'closed',
    mostConcurrent: 4,
    cacheMs: 0,
    ...details.remote,
  };
  return rule('remote', { action: 'block', ...details, detector, remote });
}

export function azure(
  endpoint: string,
  details: Partial<Extract<RemoteSpec, { readonly kind: 'azureContentSafety' }>> = {},
): RemoteSpec {
  return {
    kind: 'azureContentSafety',
    endpoint,
    apiKey: 'AZURE_KEY',
    thresholds: new Map([['violence', 4]]),
    blocklists: [],
    haltOnBlocklistHit: false,
    promptShield: false,
    ...details,
  };
}

export function openai(
  url: string,
  details: Partial<Extract<RemoteSpec, { readonly kind: 'openaiModeration' }>> = {},
): RemoteSpec {
  return {
    kind: 'openaiModeration',
    endpoint: `${url}/v1`,
    apiKey: 'OPENAI_KEY',
    model: 'omni-moderation-latest',
    thresholds: new Map(),
    categories: undefined,
    ...details,
  };
}

export const guardrail = {
  region: 'eu-central-1',
  guardrailId: 'arn:aws:bedrock:eu-central-1:123456789012:guardrail/abc123',
  guardrailVersion: 'DRAFT',
};

export function bedrock(endpoint: string, sessionToken = ''): RemoteSpec {
  return {
    kind: 'bedrockGuardrail',
    endpoint,
    ...guardrail,
    accessKeyId: 'AWS_ID',
    secretAccessKey: 'AWS_SECRET',
    sessionToken,
  };
}

export function hook(
  url: string,
  details: Partial<Extract<RemoteSpec, { readonly kind: 'webhook' }>> = {},
): RemoteSpec {
  return {
    kind: 'webhook',
    url: `${url}/check?tenant=a`,
    headers: ['x-tenant', 'a'],
    credentialHeader: 'authorization',
    credentialPrefix: 'Bearer ',
    credential: 'HOOK_KEY',
    ca: '',
    ...details,
  };
}

export function user(...texts: readonly string[]): readonly RemoteText[] {
  return texts.map((text) => ({ text, role: 'user' }));
}

export function spoken(role: TextRole, text: string): RemoteText {
  return { text, role };
}

/** One answer of one rule; `ms` is the time it may take. */
export function verdictOf(
  judges: RemoteJudges,
  rule: GuardRule,
  texts: readonly RemoteText[],
  { phase = 'request', ms = 2_000 }: { readonly phase?: Phase; readonly ms?: number } = {},
): Promise<RemoteVerdict> {
  const judge = judges.judgeFor(rule, secret);
  if (judge === undefined) throw new Error('a credential is missing');
  return new Promise((resolve, reject) => {
    let isInside = true;
    let answers = 0;
    judge.judge(texts, phase, performance.now() + ms, (verdict) => {
      if (isInside || ++answers > 1) reject(new Error('done was called from inside, or again'));
      resolve(verdict);
    });
    isInside = false;
  });
}

export function judges(options: Partial<Parameters<typeof createRemoteJudges>[0]> = {}): RemoteJudges {
  return createRemoteJudges({ now: () => performance.now(), ...options });
}

/** Of exactly that many code units, in sentences; `wanted` stands at `at`. */
export function longText(length: number, wanted: string, at: number): string {
  const filler = 'These are quite harmless words of a long report. '.repeat(Math.ceil(length / 49));
  return `${filler.slice(0, at)}${wanted}${filler.slice(at + wanted.length, length)}`;
}
