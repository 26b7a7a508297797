/** Where a stream stands: what an event of ours behind it has to know. Only `responses` need it. */
export interface StreamPlace {
  /** They number their events. */
  readonly nextNumber: number;
  /** The response that was begun. Undefined: nothing has been said of it. */
  readonly response: BegunResponse | undefined;
}

export interface BegunResponse {
  readonly id: string;
  readonly model: string;
  readonly createdAt: number;
}

/** Of a stream that has not begun. */
export const noPlace: StreamPlace = { nextNumber: 0, response: undefined };

/** What an event begins, if it begins a response. */
export function begunBy(event: Readonly<Record<string, unknown>>): BegunResponse | undefined {
  const { type, response } = event;
  if (type !== 'response.created' || typeof response !== 'object' || response === null) return undefined;
  const { id, model, created_at: createdAt } = response as Readonly<Record<string, unknown>>;
  return {
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    createdAt: typeof createdAt === 'number' ? createdAt : 0,
  };
}
