import type { Behaviour } from './behaviour/behaviour.ts';

interface MagicModel {
  readonly behaviour: Behaviour;
  readonly explanation: string;
}

/** Model names that fail on purpose: enough to see a fallback with nothing but a policy file and curl. */
export const magicModels = {
  'fail-429': {
    behaviour: { fault: { kind: 'status', status: 429, retryAfterSeconds: 1 } },
    explanation: 'status 429 with retry-after: 1',
  },
  'fail-500': { behaviour: { fault: { kind: 'status', status: 500 } }, explanation: 'status 500' },
  'fail-503': { behaviour: { fault: { kind: 'status', status: 503 } }, explanation: 'status 503' },
  'fail-529': { behaviour: { fault: { kind: 'status', status: 529 } }, explanation: 'status 529 (overloaded)' },
  'slow-headers': { behaviour: { headersDelayMs: 5_000 }, explanation: 'answers after 5 s of silence' },
  'slow-first-token': {
    behaviour: { firstChunkDelayMs: 5_000 },
    explanation: 'headers at once, the first content after 5 s',
  },
  'cut-before-headers': {
    behaviour: { fault: { kind: 'cut', at: 'before-headers' } },
    explanation: 'closes the connection without an answer',
  },
  'cut-after-1': {
    behaviour: { fault: { kind: 'cut', at: 1 } },
    explanation: 'closes the connection after the first chunk of content',
  },
  'error-under-200': {
    behaviour: { fault: { kind: 'error-under-200' } },
    explanation: 'status 200 with an error as the body',
  },
  'truncated-json': { behaviour: { fault: { kind: 'truncated-json' } }, explanation: 'a body that ends in mid-JSON' },
  'never-answer': { behaviour: { fault: { kind: 'never-answer' } }, explanation: 'says nothing, keeps the connection' },
} as const satisfies Record<string, MagicModel>;

const byName: ReadonlyMap<string, MagicModel> = new Map(Object.entries(magicModels));

export function magicBehaviour(model: string | undefined): Behaviour | undefined {
  return model === undefined ? undefined : byName.get(model)?.behaviour;
}
