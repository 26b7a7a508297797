/** The API family a caller speaks: decides the shape of bodies, streams and errors. */
export type Dialect = 'openai' | 'anthropic';

/** An API whose body names a model and that is sent on to a provider. */
export interface ModelApi {
  readonly kind: 'model';
  readonly name: string;
  readonly dialect: Dialect;
  /** Path below the provider's base path. */
  readonly upstreamPath: string;
}

export type IdentifiedApi =
  | ModelApi
  /** The list of models, or one of them, answered by the gateway. */
  | { readonly kind: 'models'; readonly dialect: Dialect; readonly id: string | undefined }
  /** Below /v1, but of no known API: may be passed through where the policy allows it. */
  | { readonly kind: 'unknown'; readonly dialect: Dialect }
  | { readonly kind: 'wrong method'; readonly dialect: Dialect; readonly allow: readonly string[] }
  | { readonly kind: 'none'; readonly dialect: Dialect };

const modelApis: readonly (ModelApi & { readonly paths: readonly string[] })[] = [
  api('chat.completions', 'openai', '/chat/completions'),
  api('completions', 'openai', '/completions'),
  api('embeddings', 'openai', '/embeddings'),
  api('responses', 'openai', '/responses'),
  api('responses.input_tokens', 'openai', '/responses/input_tokens'),
  api('images.generations', 'openai', '/images/generations'),
  api('messages', 'anthropic', '/messages'),
  api('messages.count_tokens', 'anthropic', '/messages/count_tokens'),
];

function api(name: string, dialect: Dialect, upstreamPath: string): ModelApi & { readonly paths: readonly string[] } {
  const paths =
    dialect === 'anthropic' ? [`/v1${upstreamPath}`, `/anthropic/v1${upstreamPath}`] : [`/v1${upstreamPath}`];
  return { kind: 'model', name, dialect, upstreamPath, paths };
}

/** What a request is called whose path is of no known API, where the policy lets it through. */
export const passthroughApi = 'passthrough';

/** All that requests can be told apart by. */
export const apiNames: readonly string[] = [...modelApis.map(({ name }) => name), passthroughApi];

const byPath = new Map(modelApis.flatMap((entry) => entry.paths.map((path) => [path, entry] as const)));

/** The longest first: `/responses/input_tokens` before what it may end with. */
const servedPaths = [...modelApis.map(({ upstreamPath }) => `/v1${upstreamPath}`), '/v1/models'].sort(
  (a, b) => b.length - a.length,
);

/** In front of an ending: a path below `/v1` of an API that has messages and completions of its own (`/v1/threads/…`). */
const otherApi = /^\/v1\/(?!v1$)/;

const post: readonly string[] = ['POST'];
const get: readonly string[] = ['GET', 'HEAD'];

/**
 * Which API a request means. Paths match exactly, byte for byte: whatever a provider might read as another path
 * (`//`, `..`, encoded slashes) matches nothing here. The query does not matter.
 */
export function identifyApi(method: string, target: string): IdentifiedApi {
  const path = withoutQuery(target);
  const dialect = dialectOfPath(path);
  const known = byPath.get(path);
  if (known !== undefined) return method === 'POST' ? known : { kind: 'wrong method', dialect, allow: post };
  const listing = /^(?:\/anthropic)?\/v1\/models(?:\/(.+))?$/.exec(path);
  if (listing !== null) {
    if (!get.includes(method)) return { kind: 'wrong method', dialect, allow: get };
    const id = listing[1] === undefined ? undefined : decoded(listing[1]);
    return id === null ? { kind: 'none', dialect } : { kind: 'models', dialect, id };
  }
  return isPlainPath(path) ? { kind: 'unknown', dialect } : { kind: 'none', dialect };
}

/** Whether anything may be served there, by an API of ours or by what a policy lets through. */
export function isApiPath(target: string): boolean {
  return target.startsWith('/v1/') || target.startsWith('/anthropic/v1/');
}

/** Whether one API only is served there: the path alone says whose clients call it. */
export function isModelPath(path: string): boolean {
  return byPath.has(path);
}

export interface UnservedPath {
  /** Without the query, which may hold a secret. */
  readonly path: string;
  /**
   * Where the API is served that the path ends like: `/v1/chat/completions` for `/chat/completions`, which clients call
   * whose base URL lacks `/v1`, and for `/v1/v1/chat/completions`.
   */
  readonly servedAt?: string;
}

/** What there is to say about a path at which nothing is served. */
export function unservedPath(target: string): UnservedPath {
  const path = withoutQuery(target);
  const wanted = path.replace(/\/+$/, '');
  const meant = servedPaths.find((served) => {
    const ending = served.slice('/v1'.length);
    return wanted.endsWith(ending) && !otherApi.test(wanted.slice(0, -ending.length));
  });
  return meant === undefined ? { path } : { path, servedAt: meant };
}

export function withoutQuery(target: string): string {
  const query = target.indexOf('?');
  return query === -1 ? target : target.slice(0, query);
}

/** The shape of errors on a path, known or not. */
export function dialectOfPath(path: string): Dialect {
  return path.startsWith('/anthropic/') || /^\/v1\/messages(?:[/?]|$)/.test(path) ? 'anthropic' : 'openai';
}

/** Below /v1/, of segments that every server reads alike: no empty ones, no dots, nothing encoded. */
function isPlainPath(path: string): boolean {
  return /^\/v1(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~:@!$&'()*+,;=-]+)+$/.test(path);
}

function decoded(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
