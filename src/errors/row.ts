/** The API family a caller speaks. Decides the shape of an error. */
export type Dialect = 'openai' | 'anthropic';

/** What a text may mention. A text leaves out what is absent. */
export interface ErrorParams {
  readonly model?: string;
  /** The only API family that the model is served in. */
  readonly family?: string;
  readonly path?: string;
  /** Where the API that the path seems to mean is served. */
  readonly servedAt?: string;
  readonly method?: string;
  /** Methods that the path does take. */
  readonly allow?: readonly string[];
  /** Half a sentence: what is wrong with the body or its type. */
  readonly reason?: string;
  readonly limitBytes?: number;
  readonly retryAfterSeconds?: number;
  /** The request could not be answered at any other time either. */
  readonly isTooLarge?: boolean;
  /** How many targets were tried. */
  readonly attempts?: number;
  /** The rule that blocks. */
  readonly guardrail?: string;
  readonly rule?: string;
  /** What policy wants the caller to read in place of the general text. */
  readonly message?: string;
  /** The policy that cannot be enforced. */
  readonly policy?: string;
  /** The limit or budget that is used up. */
  readonly limit?: string;
  /** What a budget is short of, where it is not used up: it has less left than is asked for, or the model no price. */
  readonly shortage?: 'little' | 'price';
  /** Refused before anybody looked for a model; it may be an ordinary service that was asked. */
  readonly isBeforeModels?: boolean;
}

export interface ErrorRow {
  readonly status: number;
  readonly openai: { readonly type: string; readonly code: string; readonly param: string | null };
  readonly anthropic: string;
  readonly message: (params: ErrorParams) => string;
  /** The same request will fare no better in a minute: clients that would try it again by themselves are told not to. */
  readonly isLasting?: boolean;
  /** Further members of the error, for whoever handles it by program. */
  readonly members?: (params: ErrorParams) => JsonObject;
}

export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [name: string]: JsonValue;
}
