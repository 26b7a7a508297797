/** Why a request is not answered, before it has the shape of a dialect. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  /** The field that is to blame (OpenAI only). */
  readonly param?: string;
  /** OpenAI only. */
  readonly code?: string;
  readonly retryAfterSeconds?: number;
}

export function badField(param: string, message: string): Refusal {
  return { status: 400, message, param };
}

export function missingField(param: string, dialect: 'openai' | 'anthropic'): Refusal {
  if (dialect === 'anthropic') return badField(param, `${param}: Field required`);
  return { ...badField(param, `Missing required parameter: '${param}'.`), code: 'missing_required_parameter' };
}
