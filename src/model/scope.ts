/** Whom a guardrail, limit or budget is for. An empty part does not matter; within a part any value does. Sorted. */
export interface Scope {
  readonly keys: readonly string[];
  readonly users: readonly string[];
  readonly teams: readonly string[];
  readonly projects: readonly string[];
  readonly models: readonly string[];
  readonly providers: readonly string[];
  readonly apis: readonly string[];
  readonly headers: readonly NamedValues[];
  readonly labels: readonly NamedValues[];
  /** Names of routes; absent: any. */
  readonly routes?: readonly string[];
}

export interface NamedValues {
  readonly name: string;
  readonly values: readonly string[];
}
