import { suspectsIn } from './suspects.ts';
import { type Batch, removal, type TypeState } from './type-state.ts';

/** What a request said of the response it answers. */
export type Answer =
  | { readonly kind: 'none' }
  | { readonly kind: 'ack'; readonly names: readonly string[] }
  | {
      readonly kind: 'nack';
      readonly names: readonly string[];
      /** By name; undefined where it was a removal. */
      readonly versions: ReadonlyMap<string, string | undefined>;
      readonly text: string;
    };

const noAnswer: Answer = { kind: 'none' };

/** Records the client's answer to the response of this nonce, if there is one that waits for it. */
export function takeAnswer(state: TypeState, nonce: string, error: string | undefined, now: number): Answer {
  const at = state.unanswered.findIndex((batch) => batch.nonce === nonce);
  const batch = state.unanswered[at];
  if (batch === undefined) return noAnswer;
  // Clients answer in order: what is older will not be answered any more.
  state.unanswered.splice(0, at + 1);
  const names = [...batch.resources.keys(), ...batch.removed];
  if (error === undefined) {
    accept(state, batch);
    return { kind: 'ack', names };
  }
  state.quietFor = undefined;
  const suspects = suspectsIn(error, names);
  refuse(state, batch, new Set(suspects));
  state.lastNack = { text: error, names, suspects, at: now };
  const versions = new Map(names.map((name) => [name, batch.resources.get(name)?.version] as const));
  return { kind: 'nack', names, versions, text: error };
}

function accept(state: TypeState, batch: Batch): void {
  for (const [name, resource] of batch.resources) {
    const holding = state.holdings.get(name);
    if (holding === undefined) continue;
    state.holdings.set(name, { ...holding, accepted: resource.version, inForce: resource });
    state.refused.delete(name);
  }
  for (const name of batch.removed) {
    if (state.holdings.get(name)?.isLeaving) state.holdings.delete(name);
    state.refused.delete(name);
  }
  // What was to go and was refused, perhaps for something else in that batch, may be taken by now.
  for (const [name, version] of state.refused) if (version === removal) state.refused.delete(name);
}

/**
 * Nothing of a refused batch is known any more: the client may have applied part of it. So each of its names counts as
 * not sent, which brings back even one that returns to the version accepted before; `refused` keeps the same content
 * from going out again.
 */
function refuse(state: TypeState, batch: Batch, suspects: ReadonlySet<string>): void {
  for (const [name, resource] of batch.resources) {
    const holding = state.holdings.get(name);
    if (holding === undefined || holding.known !== resource.version) continue;
    // What the text does not name was applied: Envoy takes the good part of a batch.
    const inForce = suspects.has(name) ? holding.inForce : resource;
    state.holdings.set(name, { ...holding, known: undefined, sent: inForce, inForce });
    state.refused.set(name, resource.version);
  }
  for (const name of batch.removed) {
    const holding = state.holdings.get(name);
    if (holding === undefined) continue;
    state.holdings.set(name, { ...holding, isLeaving: false });
    state.refused.set(name, removal);
  }
}
