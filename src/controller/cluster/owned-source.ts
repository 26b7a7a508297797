import { getOrCreate } from '../../lib/get-or-create.ts';
import type { OpenSource } from '../sources/opened-source.ts';
import type { SourceState } from '../sources/source.ts';
import { oursOnly } from './ownership.ts';

/** The source without what belongs to another controller of the cluster. */
export function ownedBy(controllerName: string, open: OpenSource): OpenSource {
  /** The same of the same: that something else has changed, such as a Secret, is no other policy. */
  const known = new WeakMap<SourceState, SourceState>();
  const owned = (state: SourceState): SourceState =>
    getOrCreate(known, state, () => ({ ...state, documents: oursOnly(state.documents, controllerName) }));
  return async (events) => {
    const source = await open({ ...events, onChange: (state) => events.onChange(owned(state)) });
    return { ...source, state: owned(source.state), ...(source.before && { before: owned(source.before) }) };
  };
}
