import type { AdminPage } from '../../src/lib/admin-server.ts';
import type { GatewayModel } from '../../src/model/gateway.ts';
import { compileProgram, explain } from '../sluice/explain/explanation.ts';
import { explainHttpRouteOn } from '../sluice/explain/http-route.ts';

/**
 * What `sluice explain` asks of a running control plane: `?key=NAME&model=NAME`, where one of them may be left out, and `&gateway=` where there are several. `&headers=`: those that routes look at, as a JSON object. `?route=NAME`: of an HTTPRoute.
 * Always with status 200: an API server in between keeps the text of other answers to itself.
 */
export function explainPage(gateways: () => readonly GatewayModel[]): AdminPage {
  return (query) => {
    const route = query.get('route');
    if (route !== null) {
      const explained = explainHttpRouteOn(gateways(), route, query.get('gateway') ?? undefined);
      return explained.ok ? json(explained.value) : refusal(explained.error);
    }
    const [key, model, asked] = ['key', 'model', 'gateway'].map((name) => query.get(name) ?? '');
    if (!key && !model) return refusal('Say which: /explain?key=NAME&model=NAME.');
    const names = gateways().map(({ name }) => name);
    const gateway = gateways().find(({ name }) => (asked ? name === asked : names.length === 1));
    if (gateway === undefined) {
      const which = asked ? `There is no gateway "${asked}"` : 'Say which gateway is meant';
      return refusal(`${which}; there is ${names.join(', ') || 'none'}.`);
    }
    const program = compileProgram(gateway);
    if (program === undefined) return refusal(`Gateway "${gateway.name}" has no complete program.`);
    const headers = headersOf(query.get('headers'));
    if (headers === undefined) return refusal('headers is not a JSON object of texts.');
    const question = { ...(key && { key }), ...(model && { model }), headers };
    return json(explain(program, question, Date.now(), gateway));
  };
}

function headersOf(text: string | null): Readonly<Record<string, string>> | undefined {
  if (text === null) return {};
  try {
    const value: unknown = JSON.parse(text);
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isMap || !Object.values(value).every((one) => typeof one === 'string')) return undefined;
    return value as Record<string, string>;
  } catch {
    return undefined;
  }
}

function refusal(error: string): ReturnType<AdminPage> {
  return json({ error });
}

function json(content: unknown): ReturnType<AdminPage> {
  return { status: 200, type: 'application/json', body: `${JSON.stringify(content)}\n` };
}
