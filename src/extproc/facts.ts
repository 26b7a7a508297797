import type { ExchangeFacts } from '../program/scope.ts';
import type { Exchange } from './exchange.ts';

const noLabels: ReadonlyMap<string, string> = new Map();

/** What scopes are compared with. Only after the chain is planned: its providers are part of it. */
export function factsOf(exchange: Exchange): ExchangeFacts {
  const { key, model, api, targets, route } = exchange;
  const providers: string[] = [];
  for (const { provider } of targets) if (!providers.includes(provider.name)) providers.push(provider.name);
  return {
    key: key?.name ?? '',
    user: key?.user ?? '',
    team: key?.team ?? '',
    project: key?.project ?? '',
    model: model?.name ?? exchange.modelInBody,
    providers,
    api: api?.name ?? '',
    route: route?.name ?? '',
    labels: key?.labels ?? noLabels,
    header: (name) => exchange.observedHeader(name),
  };
}
