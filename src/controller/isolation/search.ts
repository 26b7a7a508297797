/**
 * Finds which of several documents an Envoy does not take, where it refuses what they make together: half of those that
 * are left are let in at a time, so that one of a thousand costs some ten answers.
 */
export interface Search {
  /** What is to be held back in the present trial. After a search that has found something: what it has found. */
  heldBack(): ReadonlySet<string>;
  /** What was said of the present trial; nothing, where it was accepted. */
  answered(refusal: string | undefined): void;
  /** Nothing, as long as it goes on. */
  outcome(): Outcome | undefined;
}

export type Outcome =
  /** By id: what was said when it was let in. */
  | { readonly kind: 'found'; readonly guilty: ReadonlyMap<string, string> }
  /** It is refused without all of them as well. */
  | { readonly kind: 'futile' };

interface Group {
  readonly ids: readonly string[];
  /** What was said when it was let in with nothing else that is open: somebody in it is guilty. */
  refusal?: string;
  /** Of a first half: where it is accepted, it is the other one of which this was said. */
  readonly other?: { readonly group: Group; readonly refusal: string };
}

/** `refusal`: what was said of all of them. */
export function createSearch(suspects: readonly string[], refusal: string): Search {
  const guilty = new Map<string, string>();
  const open: Group[] = [{ ids: suspects, refusal }];
  let isSomethingAccepted = false;
  let isFutile = false;

  /** Until it is not known of the first group whether somebody in it is guilty. */
  function divide(): void {
    for (let [first] = open; first?.refusal !== undefined; [first] = open) {
      const { ids, refusal } = first;
      open.shift();
      const [only] = ids;
      if (only === undefined) continue;
      if (ids.length === 1) {
        guilty.set(only, refusal);
        // Most often it was the only one: all others at once.
        const others = open.splice(0).flatMap((group) => group.ids);
        if (others.length > 0) open.push({ ids: others });
        continue;
      }
      const half = Math.ceil(ids.length / 2);
      const group: Group = { ids: ids.slice(half) };
      open.unshift({ ids: ids.slice(0, half), other: { group, refusal } }, group);
    }
  }

  return {
    heldBack() {
      const waiting = isSomethingAccepted ? open.slice(1) : open;
      return new Set([...guilty.keys(), ...waiting.flatMap(({ ids }) => ids)]);
    },
    answered(said) {
      if (!isSomethingAccepted) {
        isFutile = said !== undefined;
        isSomethingAccepted = !isFutile;
      } else {
        const [tried] = open;
        if (tried === undefined) return;
        if (said !== undefined) tried.refusal = said;
        else {
          open.shift();
          if (tried.other !== undefined) tried.other.group.refusal = tried.other.refusal;
        }
      }
      if (!isFutile) divide();
    },
    outcome() {
      if (isFutile) return { kind: 'futile' };
      return isSomethingAccepted && open.length === 0 ? { kind: 'found', guilty } : undefined;
    },
  };
}
