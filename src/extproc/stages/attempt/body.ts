import { patchMembers } from '../../../llm/json/patch.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';

/** The request body for a target, from the original one; undefined if not a byte of it changes. */
export function bodyFor(exchange: Exchange, { target, provider }: PlannedTarget): Buffer | undefined {
  if (exchange.isPassthrough || exchange.body.length === 0) return undefined;
  const upstreamModel = target.model === '' ? exchange.modelAsWritten : target.model;
  const isRenamed = upstreamModel !== exchange.modelInBody;
  if (!isRenamed && provider.bodyEdits.length === 0) return undefined;
  const rename = isRenamed ? [target.modelEdit ?? { name: 'model', json: JSON.stringify(upstreamModel) }] : [];
  // Behind the provider's edits, so that the target decides about the model.
  return patchMembers(exchange.body, exchange.members, [...provider.bodyEdits, ...rename]);
}
