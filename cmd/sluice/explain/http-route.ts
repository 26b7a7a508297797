import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { GatewayModel } from '../../../src/model/gateway.ts';
import type { ServiceRoute } from '../../../src/model/service.ts';
import { closestFirst, type ExplainedDecision } from './decisions.ts';

/** Who decides what of the requests for an ordinary service. */
export interface ExplainedHttpRoute {
  readonly route: string;
  /** One for each match of each rule, and each part of the listeners with policies of its own. */
  readonly matches: readonly ExplainedMatch[];
}

export interface ExplainedMatch {
  readonly id: string;
  readonly listeners: readonly string[];
  /** What requests it is for, for people. */
  readonly requests: string;
  /** They get this, since nobody can answer them. */
  readonly failsWith?: number;
  readonly decisions: readonly ExplainedDecision[];
}

type ServingGateway = Pick<GatewayModel, 'services' | 'listeners'>;

/** `name`: of an HTTPRoute, as `NAMESPACE/NAME` outside the default namespace. Undefined: there is none of it here. */
export function explainHttpRoute(gateway: ServingGateway, name: string): ExplainedHttpRoute | undefined {
  const routes = gateway.services.routes.filter(({ origins }) => origins[0] === `HTTPRoute/${name}`);
  if (routes.length === 0) return undefined;
  return { route: name, matches: routes.map((route) => explainMatch(gateway, route)) };
}

/** On the gateway of that name, or on the only ones that have it. */
export function explainHttpRouteOn(
  gateways: readonly GatewayModel[],
  name: string,
  asked: string | undefined,
): Result<ExplainedHttpRoute> {
  const having = gateways.flatMap((gateway) => {
    const explained = asked === undefined || gateway.name === asked ? explainHttpRoute(gateway, name) : undefined;
    return explained === undefined ? [] : [{ gateway: gateway.name, explained }];
  });
  const [first, ...others] = having;
  if (first === undefined) {
    const where = asked === undefined ? 'any Gateway' : `Gateway "${asked}"`;
    return err(`There is no HTTPRoute "${name}" on ${where}; NAMESPACE/NAME is what one outside "default" is called.`);
  }
  if (others.length === 0) return ok(first.explained);
  const names = having.map(({ gateway }) => gateway).join(', ');
  return err(`HTTPRoute "${name}" is on several Gateways: say --gateway ${names}.`);
}

function explainMatch(gateway: ServingGateway, route: ServiceRoute): ExplainedMatch {
  const { id, listeners, match, action } = route;
  const { path, method = 'every method', headers, query } = match;
  const more = [...headers, ...query].map((each) => `${each.name} ${each.kind} ${each.value}`);
  return {
    id,
    listeners,
    requests: [`${method}, path ${path.kind} ${path.value}`, ...more].join(', '),
    ...(action.kind === 'fail' && { failsWith: action.status }),
    decisions: [...ofListeners(gateway, route), ...ofBackends(gateway, route)],
  };
}

function ofListeners({ listeners }: ServingGateway, route: ServiceRoute): readonly ExplainedDecision[] {
  const each = listeners
    .filter(({ name }) => route.listeners.includes(name))
    .map(({ name, decisions = [] }) => ({
      name,
      // Whose pages may call models is another question.
      decisions: closestFirst([route.decisions ?? [], decisions.filter(({ field }) => field !== 'cors')]),
    }));
  const isSame = new Set(each.map(({ decisions }) => JSON.stringify(decisions))).size <= 1;
  if (isSame) return each[0]?.decisions ?? [];
  return each.flatMap(({ name, decisions }) => decisions.map((one) => ({ ...one, listener: name })));
}

function ofBackends({ services }: ServingGateway, { action }: ServiceRoute): readonly ExplainedDecision[] {
  const clusters = action.kind === 'forward' ? action.backends.map(({ cluster }) => cluster) : [];
  return services.backends
    .filter(({ cluster }) => clusters.includes(cluster))
    .flatMap(({ cluster, decisions = [] }) =>
      decisions.map((one) => ({ ...one, provider: cluster.split('@', 1)[0] ?? cluster })),
    );
}
