import type { SpanFields } from '../../../lib/trace.ts';
import type { Exchange } from '../../exchange.ts';

/** What the GenAI conventions call an API; the others have a name of their own there. */
const operations: ReadonlyMap<string, string> = new Map([
  ['chat.completions', 'chat'],
  ['responses', 'chat'],
  ['messages', 'chat'],
  ['completions', 'text_completion'],
]);

export function requestFields(exchange: Exchange): SpanFields {
  const { key, model, api } = exchange;
  return {
    'gen_ai.operation.name': api && operationOf(api.name),
    'gen_ai.request.model': exchange.modelInBody || undefined,
    'sluice.model': model?.name,
    'sluice.key': key?.name,
    'sluice.user': key?.user || undefined,
    'sluice.team': key?.team || undefined,
    'sluice.project': key?.project || undefined,
    'sluice.attempts': exchange.attempts || undefined,
    'http.response.status_code': exchange.status || undefined,
  };
}

/** What is asked of whom. `attempt` counts from 1. */
export function attemptFields(exchange: Exchange, attempt: number): SpanFields {
  const planned = exchange.targets[attempt - 1];
  if (planned === undefined) return {};
  const { provider, target } = planned;
  return {
    'gen_ai.operation.name': exchange.api && operationOf(exchange.api.name),
    'gen_ai.provider.name': provider.dialect,
    'gen_ai.request.model': target.model || exchange.modelAsWritten || undefined,
    'sluice.provider': provider.name,
  };
}

function operationOf(api: string): string {
  return operations.get(api) ?? api;
}
