import { type FakeService, fakeService, refuse } from './fake-service.ts';
import { jsonBody } from './json-body.ts';

export interface FakeWebhookText {
  readonly role: string;
  readonly text: string;
}

const roles: readonly unknown[] = ['system', 'user', 'assistant', 'toolInput', 'toolOutput', 'reasoning'];

/** Checks requests by the contract and answers what `decide` returns. `credential`: header and its whole value. */
export function fakeWebhook(
  decide: (texts: readonly FakeWebhookText[], phase: string) => unknown,
  options: {
    readonly credential?: readonly [header: string, value: string];
    readonly tls?: { readonly key: string; readonly cert: string };
  } = {},
): Promise<FakeService> {
  const { credential, tls } = options;
  return fakeService((request) => {
    if (request.method !== 'POST') return refuse(405, 'method');
    if (credential !== undefined && request.headers[credential[0]] !== credential[1]) return refuse(401, 'credential');
    const body = jsonBody(request, ['version', 'phase', 'texts']);
    if (body === undefined || body.version !== 1) return refuse(400, 'body');
    const { phase, texts } = body;
    if (phase !== 'request' && phase !== 'response') return refuse(400, 'phase');
    if (!Array.isArray(texts) || texts.length === 0 || !texts.every(isText)) return refuse(400, 'texts');
    return { status: 200, body: decide(texts, phase) };
  }, tls);
}

function isText(value: unknown): value is FakeWebhookText {
  if (typeof value !== 'object' || value === null || Object.keys(value).join() !== 'role,text') return false;
  const { role, text } = value as { readonly role: unknown; readonly text: unknown };
  return roles.includes(role) && typeof text === 'string';
}
