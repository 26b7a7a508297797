import type { FakeRequest } from './fake-service.ts';

/** The members of a request's body; undefined: not JSON, not said to be, or with a member that is not allowed. */
export function jsonBody(
  request: FakeRequest,
  allowed: readonly string[],
): Readonly<Record<string, unknown>> | undefined {
  if (request.headers['content-type'] !== 'application/json') return undefined;
  if (Number(request.headers['content-length']) !== Buffer.byteLength(request.body)) return undefined;
  try {
    const body: unknown = JSON.parse(request.body);
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return undefined;
    return Object.keys(body).every((name) => allowed.includes(name)) ? (body as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
