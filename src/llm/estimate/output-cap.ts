const caps = ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_new_tokens', 'max_tokens_to_sample'];

const withoutOutput: ReadonlySet<string> = new Set(['embeddings', 'responses.input_tokens', 'messages.count_tokens']);

/**
 * Most output tokens that the caller lets a request make; undefined: as many as the model likes. Providers differ in
 * which of several caps they obey, so that the largest counts; and some take a number where we see none, so that one
 * cap that is no number makes all of them unknown.
 */
export function outputCap(api: string, json: object): number | undefined {
  if (withoutOutput.has(api)) return 0;
  if (api === 'images.generations') return undefined;
  const body = json as Readonly<Record<string, unknown>>;
  let most: number | undefined;
  for (const name of caps) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    if (!isCount(value)) return undefined;
    most = Math.max(most ?? 0, value);
  }
  if (most === undefined) return undefined;
  const choices = timesOf(body, api);
  return choices === undefined ? undefined : Math.min(most * choices, Number.MAX_SAFE_INTEGER);
}

/** Images that a request asks for; undefined: that cannot be told. */
export function imagesAsked(api: string, json: object): number | undefined {
  if (api !== 'images.generations') return 0;
  return countOf((json as Readonly<Record<string, unknown>>).n);
}

/** Every choice may be as long as the cap, and `best_of` are made and charged, whatever comes back. */
function timesOf(body: Readonly<Record<string, unknown>>, api: string): number | undefined {
  const choices = countOf(body.n);
  const best = countOf(body.best_of);
  if (choices === undefined || best === undefined) return undefined;
  const prompts = api === 'completions' && Array.isArray(body.prompt) && typeof body.prompt[0] !== 'number';
  return Math.max(choices, best) * (prompts ? Math.max(1, (body.prompt as unknown[]).length) : 1);
}

function countOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return 1;
  return isCount(value) ? Math.max(1, value) : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
