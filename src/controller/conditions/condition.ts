/** What a condition is to say. The time of its last transition comes in when it is compared with what stands there. */
export interface Condition {
  readonly type: ConditionType;
  readonly status: 'True' | 'False' | 'Unknown';
  /** One word, of those of Gateway API wherever it has one. */
  readonly reason: string;
  readonly message: string;
  /** The generation of the object that is spoken of. */
  readonly observedGeneration: number;
}

/**
 * Every type that we write, anywhere; in a list that several controllers share, all others are somebody else's.
 *
 * - Accepted: what is written is valid and in force. False as well while an older version stands in for it.
 * - ResolvedRefs: everything it refers to exists and may be referred to.
 * - Programmed: every egress pod has accepted the configuration that includes this generation. Unknown while a replica
 *   of the controller does not say what its pods have accepted.
 * - Warning: True, and there only while it is: something in it has no effect, such as a name that matches nothing.
 * - Conflicted, SupportedVersion, InsecureFrontendValidationMode, OverlappingTLSConfig: as Gateway API has them, on
 *   listeners, GatewayClasses, Gateways and listeners again. The last two are there only while they are True.
 * - PartiallyInvalid: of HTTPRoutes, as Gateway API has it; there only while it is True.
 */
const conditionTypes = [
  'Accepted',
  'ResolvedRefs',
  'Programmed',
  'Warning',
  'Conflicted',
  'SupportedVersion',
  'InsecureFrontendValidationMode',
  'OverlappingTLSConfig',
  'PartiallyInvalid',
] as const;

export type ConditionType = (typeof conditionTypes)[number];

export function isOwnType(type: unknown): boolean {
  return conditionTypes.some((own) => own === type);
}
