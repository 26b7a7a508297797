/** One xDS resource, encoded once and shared by every stream that needs it. */
export interface Resource {
  readonly typeUrl: string;
  readonly name: string;
  /** Hash of the content: equal on every replica, and over restarts. */
  readonly version: string;
  /** The encoded message, i.e. the `value` of the `Any`. */
  readonly body: Uint8Array;
  /** Ids of the policy documents it came from, and of listeners of theirs, for status. */
  readonly origins: readonly string[];
}
