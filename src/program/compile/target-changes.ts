import type { Target as TargetMessage } from '../../gen/sluice/program/v1/program_pb.js';
import { ok, type Result } from '../../lib/result.ts';
import type { TargetChanges } from '../program.ts';
import { bodyEditsOf, flatHeaders, headerNames } from './request-changes.ts';

/** Undefined: there are none. */
export function compileChanges(message: TargetMessage): Result<TargetChanges | undefined, string> {
  const setHeaders = flatHeaders(message.setHeaders);
  if (!setHeaders.ok) return setHeaders;
  const addHeaders = flatHeaders(message.addHeaders);
  if (!addHeaders.ok) return addHeaders;
  const removeHeaders = headerNames(message.removeHeaders);
  if (!removeHeaders.ok) return removeHeaders;
  const bodyEdits = bodyEditsOf(message.setBody, message.removeBody);
  if (!bodyEdits.ok) return bodyEdits;
  const all = [setHeaders.value, addHeaders.value, removeHeaders.value, bodyEdits.value];
  if (all.every((each) => each.length === 0)) return ok(undefined);
  return ok({
    setHeaders: setHeaders.value,
    addHeaders: addHeaders.value,
    removeHeaders: removeHeaders.value.filter(
      (name) => !setHeaders.value.some((set, i) => i % 2 === 0 && set === name),
    ),
    bodyEdits: bodyEdits.value,
  });
}
