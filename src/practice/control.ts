import type { IncomingHttpHeaders } from 'node:http';
import { isSecretName, masked } from '../lib/redact.ts';
import { withoutQuery } from '../llm/api.ts';
import { parseRules } from './behaviour/parse-rule.ts';
import type { Rules } from './behaviour/rules.ts';
import { helpText } from './help.ts';
import type { ReceivedRequest, RequestRing } from './requests.ts';

interface Controlled {
  readonly rules: Rules;
  readonly ring: RequestRing;
}

const paths: ReadonlySet<string> = new Set(['/practice', '/practice/behaviour', '/practice/requests']);

export function isControl(target: string | undefined): boolean {
  return paths.has(withoutQuery(target ?? ''));
}

export interface ControlReply {
  readonly status: number;
  readonly type: 'application/json' | 'text/plain; charset=utf-8';
  readonly text: string;
}

/** For people with curl; programs use what `startPractice` returns. */
export function control({ rules, ring }: Controlled, method: string, target: string, bytes: Buffer): ControlReply {
  switch (`${method} ${withoutQuery(target)}`) {
    case 'GET /practice':
      return plain(200, helpText);
    case 'GET /practice/requests':
      return json(ring.list.map(shown));
    case 'GET /practice/behaviour':
      return json(rules.list());
    case 'DELETE /practice/behaviour':
      rules.clear();
      return json(rules.list());
    case 'PUT /practice/behaviour':
      return putRules(rules, bytes);
    default:
      return plain(405, 'This path does not take that method. GET /practice explains what there is.\n');
  }
}

/** PUT says what is in force from now on, so the rules of an earlier PUT go. */
function putRules(rules: Rules, bytes: Buffer): ControlReply {
  const parsed = parseRules(parseJson(bytes));
  if (!parsed.ok) return plain(400, `${parsed.error}\n`);
  rules.clear();
  for (const rule of parsed.value) rules.add(rule);
  return json(rules.list());
}

function shown({ account, method, path, headers, body, bytes }: ReceivedRequest): object {
  return { account, method, path, headers: withoutSecrets(headers), body: body ?? bytes.toString('utf8') };
}

function withoutSecrets(headers: IncomingHttpHeaders): object {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretName(name) ? masked : value] as const),
  );
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

function json(value: unknown): ControlReply {
  return { status: 200, type: 'application/json', text: `${JSON.stringify(value, null, 2)}\n` };
}

function plain(status: number, text: string): ControlReply {
  return { status, type: 'text/plain; charset=utf-8', text };
}
