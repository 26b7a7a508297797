import { patchMembers } from '../../../llm/json/patch.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';

/** The request body for a target; undefined if it is the caller's, byte for byte. */
export function bodyFor(exchange: Exchange, { target, provider }: PlannedTarget): Buffer | undefined {
  if (exchange.body.length === 0) return undefined;
  const unedited = exchange.isBodyChanged ? exchange.body : undefined;
  if (exchange.isPassthrough) return unedited;
  const upstreamModel = target.model === '' ? exchange.modelAsWritten : target.model;
  const isRenamed = upstreamModel !== exchange.modelInBody;
  if (!isRenamed && provider.bodyEdits.length === 0 && exchange.bodyEdits.length === 0) return unedited;
  const rename = isRenamed ? [target.modelEdit ?? { name: 'model', json: JSON.stringify(upstreamModel) }] : [];
  // The last one counts: the provider decides what it takes, and the target what its model is called.
  return patchMembers(exchange.body, exchange.members, [...exchange.bodyEdits, ...provider.bodyEdits, ...rename]);
}
