import type { OpenSource } from '../sources/opened-source.ts';
import type { SourceState } from '../sources/source.ts';
import { oursOnly } from './ownership.ts';

/** The source without what belongs to another controller of the cluster. */
export function ownedBy(controllerName: string, open: OpenSource): OpenSource {
  const owned = (state: SourceState): SourceState => ({
    ...state,
    documents: oursOnly(state.documents, controllerName),
  });
  return async (events) => {
    const source = await open({ ...events, onChange: (state) => events.onChange(owned(state)) });
    return { ...source, state: owned(source.state), ...(source.before && { before: owned(source.before) }) };
  };
}
