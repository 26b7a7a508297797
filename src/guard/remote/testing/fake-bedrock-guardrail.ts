import { type FakeAnswer, type FakeService, fakeService, refuse } from './fake-service.ts';
import { jsonBody } from './json-body.ts';
import { signatureFault } from './verify-sigv4.ts';

export interface FakeGuardrail {
  readonly region: string;
  readonly guardrailId: string;
  readonly guardrailVersion: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const email = /[a-z]+@[a-z]+\.example/g;

/** Masks mail addresses of `.example`; `FORBIDDEN` in a text is a topic that is denied. */
export function fakeBedrockGuardrail(guardrail: FakeGuardrail): Promise<FakeService> {
  const path = `/guardrail/${encodeURIComponent(guardrail.guardrailId)}/version/${guardrail.guardrailVersion}/apply`;
  return fakeService((request) => {
    if (request.method !== 'POST' || request.path !== path || request.query !== '') return refuse(404, 'path');
    const fault = signatureFault(request, guardrail, { region: guardrail.region, service: 'bedrock' });
    if (fault !== undefined) return refuse(403, fault);
    const body = jsonBody(request, ['source', 'content', 'outputScope']);
    if (body === undefined) return refuse(400, 'body');
    const { source, content } = body;
    if (source !== 'INPUT' && source !== 'OUTPUT') return refuse(400, 'source');
    const texts = textsOf(content);
    if (texts === undefined || texts.length === 0) return refuse(400, 'content');
    if (texts.join('').length > 25_000) return refuse(429, 'too many text units');
    return apply(texts);
  });
}

function textsOf(content: unknown): readonly string[] | undefined {
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((block: { readonly text?: { readonly text?: unknown } }) => block?.text?.text);
  return texts.every((text): text is string => typeof text === 'string' && text !== '') ? texts : undefined;
}

function apply(texts: readonly string[]): FakeAnswer {
  const topics = texts.some((text) => text.includes('FORBIDDEN'))
    ? [{ name: 'Secret plans', type: 'DENY', action: 'BLOCKED', detected: true }]
    : [];
  const piiEntities = texts
    .flatMap((text) => [...text.matchAll(email)])
    .map(([match]) => ({ match, type: 'EMAIL', action: 'ANONYMIZED', detected: true }));
  const outputs =
    topics.length > 0
      ? [{ text: 'Sorry, the model cannot answer this question.' }]
      : piiEntities.length > 0
        ? texts.map((text) => ({ text: text.replace(email, '{EMAIL}') }))
        : [];
  const total = texts.join('').length;
  return {
    status: 200,
    body: {
      usage: { topicPolicyUnits: Math.ceil(total / 1000), contentPolicyUnits: 0, wordPolicyUnits: 0 },
      action: outputs.length > 0 ? 'GUARDRAIL_INTERVENED' : 'NONE',
      actionReason: outputs.length > 0 ? 'Guardrail blocked.' : 'No action.',
      outputs,
      assessments: [
        {
          ...(topics.length > 0 && { topicPolicy: { topics } }),
          ...(piiEntities.length > 0 && { sensitiveInformationPolicy: { piiEntities, regexes: [] } }),
          invocationMetrics: { guardrailProcessingLatency: 1 },
        },
      ],
      guardrailCoverage: { textCharacters: { guarded: total, total } },
    },
  };
}
