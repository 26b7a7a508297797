import { typeUrls } from '../snapshot/type-url.ts';

/** Types whose resources a client may ask for without knowing their names. */
const wildcardTypes: ReadonlySet<string> = new Set([
  typeUrls.cluster,
  typeUrls.listener,
  typeUrls.programSettings,
  typeUrls.programProvider,
  typeUrls.programRoute,
  typeUrls.programModel,
  typeUrls.programKey,
  typeUrls.programSecret,
  typeUrls.programPricing,
  typeUrls.programGuardrail,
  typeUrls.programLimit,
  typeUrls.programBudget,
]);

export function isWildcardCapable(typeUrl: string): boolean {
  return wildcardTypes.has(typeUrl);
}
