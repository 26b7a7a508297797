/** What can be recognised, as people see it: in policy, in `sluice guard entities`, in the documentation. */
export interface EntityInfo {
  /** As written in policy: `CREDIT_CARD`, `aws-access-key-id`. */
  readonly name: string;
  readonly family: 'pii' | 'secret';
  /** A few words: "payment card number". */
  readonly title: string;
  /** Recognised when a rule names no entities. What is prone to false positives or of one country only is not. */
  readonly isDefault: boolean;
  /** Country whose number it is (ISO 3166, lower case); undefined: everywhere. */
  readonly region: string | undefined;
  /** Score of its form alone, before validators and context. */
  readonly baseScore: number;
  /** How it is validated, in a few words: "issuer range and Luhn"; empty: not at all. */
  readonly validation: string;
  /** Words before it that raise the score. */
  readonly contextWords: readonly string[];
}

/** What a rule may say about one entity. */
export interface EntityOptions {
  /** Findings with a lower score are dropped; undefined: the rule's own. */
  readonly minScore: number | undefined;
  /** Values that are never findings, compared without case, blanks and hyphens. */
  readonly allow: readonly string[];
  /** Values that are always findings, with score 1. */
  readonly deny: readonly string[];
  /** Besides the entity's own context words. */
  readonly contextWords: readonly string[];
}

/** Of an entity about which a rule says nothing. */
export const plainOptions: EntityOptions = { minScore: undefined, allow: [], deny: [], contextWords: [] };
