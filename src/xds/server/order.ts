import { typeUrls } from '../snapshot/type-url.ts';

/**
 * The order in which one client hears of a change. A stage begins when the client has answered the one before it, or
 * after a while; within a stage nothing waits. Removals follow when all of it is through, in reverse.
 */
const stages: readonly (readonly string[])[] = [
  // Envoy acknowledges clusters only when they are warm, and they warm on their endpoints and secrets: all at once.
  [typeUrls.cluster, typeUrls.endpoint, typeUrls.secret, typeUrls.extensionConfig, typeUrls.runtime],
  // A listener warms until its routes are there, and asks for them itself.
  [typeUrls.listener],
  [typeUrls.route],
  // What names comes after what is named: routes name providers, keys name nothing that routes do not. What restricts
  // comes before what opens: a new key never works for a moment without its limits.
  [typeUrls.programSecret],
  [typeUrls.programSettings],
  [typeUrls.programProvider],
  [typeUrls.programPricing],
  [typeUrls.programGuardrail],
  [typeUrls.programLimit],
  [typeUrls.programBudget],
  [typeUrls.programRoute],
  [typeUrls.programModel],
  [typeUrls.programKey],
];

interface Place {
  readonly stage: number;
  readonly rank: number;
}

const places = new Map<string, Place>();
for (const [stage, types] of stages.entries()) for (const type of types) places.set(type, { stage, rank: places.size });

/** Types that we do not know come last: nothing of ours can depend on them. */
const unknown: Place = { stage: stages.length, rank: Number.MAX_SAFE_INTEGER };

export function stageOf(typeUrl: string): number {
  return (places.get(typeUrl) ?? unknown).stage;
}

export function inOrder(a: { readonly typeUrl: string }, b: { readonly typeUrl: string }): number {
  return (places.get(a.typeUrl) ?? unknown).rank - (places.get(b.typeUrl) ?? unknown).rank;
}

/**
 * Listeners are taken away together with the additions, not after them: a listener under a new name on the same address
 * is refused as long as the old one is there, and Envoy handles the removals of a response first.
 */
export function isRemovedAtOnce(typeUrl: string): boolean {
  return typeUrl === typeUrls.listener;
}
