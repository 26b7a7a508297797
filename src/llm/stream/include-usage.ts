export interface UsageInclusion {
  /** The caller wants to see usage; otherwise it is hidden from what comes back. */
  readonly isAsked: boolean;
  /** What the member `stream_options` must become, as JSON text; undefined: it stays as it is. */
  readonly streamOptions: string | undefined;
}

const apis: ReadonlySet<string> = new Set(['chat.completions', 'completions']);

/**
 * Whether a request must be made to ask for usage. Streams of chat and completions tell it only when asked; all others
 * always do. A caller that says `false` is treated like one that says nothing: it does not see what it does not want.
 */
export function withUsageIncluded(api: string, json: object): UsageInclusion {
  const options = 'stream_options' in json ? json.stream_options : undefined;
  const isObject = typeof options === 'object' && options !== null && !Array.isArray(options);
  const isAsked = isObject && 'include_usage' in options && options.include_usage === true;
  const isStreamed = apis.has(api) && 'stream' in json && json.stream === true;
  if (!isStreamed || isAsked) return { isAsked, streamOptions: undefined };
  if (isObject) return { isAsked, streamOptions: JSON.stringify({ ...options, include_usage: true }) };
  // Anything else is wrong, and the provider is to say so.
  const isFree = options === undefined || options === null;
  return { isAsked, streamOptions: isFree ? '{"include_usage":true}' : undefined };
}
