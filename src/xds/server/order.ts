import { typeUrls } from '../snapshot/type-url.ts';

/**
 * The order in which one client hears of a change. A stage begins when the client has answered the one before it, or
 * after a while; within a stage nothing waits.
 */
export const stages: readonly (readonly string[])[] = [
  // Envoy acknowledges clusters only when they are warm, and they warm on their endpoints and secrets: all at once.
  [typeUrls.cluster, typeUrls.endpoint, typeUrls.secret, typeUrls.extensionConfig, typeUrls.runtime],
  // A listener warms until its routes are there, and asks for them itself.
  [typeUrls.listener],
  [typeUrls.route],
  // What names comes after what is named: routes name providers, keys name nothing that routes do not.
  [typeUrls.programSettings],
  [typeUrls.programProvider],
  [typeUrls.programRoute],
  [typeUrls.programModel],
  [typeUrls.programKey],
];

const stageByType = new Map(stages.flatMap((types, stage) => types.map((type) => [type, stage] as const)));

/** Types that we do not know come last: nothing of ours can depend on them. */
export function stageOf(typeUrl: string): number {
  return stageByType.get(typeUrl) ?? stages.length;
}
