import { patchMembers } from '../../../llm/json/patch.ts';
import type { Exchange, PlannedTarget } from '../../exchange.ts';

const none: readonly never[] = [];

/** The request body for a target; undefined if it is the caller's, byte for byte. */
export function bodyFor(exchange: Exchange, planned: PlannedTarget): Buffer | undefined {
  const { target, provider } = planned;
  if (exchange.body.length === 0) return undefined;
  const unedited = exchange.isBodyChanged ? exchange.body : undefined;
  if (exchange.isPassthrough) return unedited;
  const upstreamModel = target.model === '' ? exchange.modelAsWritten : target.model;
  const isRenamed = upstreamModel !== exchange.modelInBody;
  const ofTarget = target.changes?.bodyEdits ?? none;
  if (!isRenamed && provider.bodyEdits.length === 0 && ofTarget.length === 0 && exchange.bodyEdits.length === 0) {
    return unedited;
  }
  const rename = isRenamed ? [target.modelEdit ?? { name: 'model', json: JSON.stringify(upstreamModel) }] : [];
  // The last one counts: the provider decides what it takes, the target what its model is called, and who has written
  // changes beside the target means this request to this target.
  const edits = [...exchange.bodyEdits, ...provider.bodyEdits, ...rename, ...ofTarget];
  return patchMembers(exchange.body, exchange.members, edits);
}
