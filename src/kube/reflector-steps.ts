import { isExpired, type KubeError } from './error.ts';

/** In a row, and of one sort: the first answer after an outage is a new beginning, even if it is a refusal. */
export interface Failures {
  readonly count: number;
  /** Nobody answered at all. */
  readonly isOutage: boolean;
}

/**
 * What a reflector is doing, without the objects: list in pages, then watch from where the list was made, and from the
 * last event on after every end of a watch. Only a version that the API server has forgotten leads back to a list.
 */
export type ReflectorState =
  | { readonly phase: 'listing'; readonly failures: Failures; readonly isPaged: boolean; readonly next?: string }
  | {
      readonly phase: 'watching';
      readonly failures: Failures;
      readonly version: string;
      readonly isOpen: boolean;
      /** The version is that of a list of this moment. */
      readonly isNew: boolean;
      /** The watch before, of the same version, told nothing for too long. */
      readonly wasSilent: boolean;
    }
  /** Until the next attempt, of what follows. */
  | { readonly phase: 'resting'; readonly failures: Failures; readonly isPaged: boolean; readonly version?: string };

export type ReflectorInput =
  | { readonly kind: 'page'; readonly version: string; readonly next?: string }
  | { readonly kind: 'opened' }
  | { readonly kind: 'event'; readonly version: string }
  /** The API server ends watches after some minutes; connections break; nothing was heard for too long. */
  | { readonly kind: 'ended'; readonly error?: KubeError; readonly livedMs: number }
  | { readonly kind: 'failed'; readonly error: KubeError }
  | { readonly kind: 'rested' };

export type ReflectorAction =
  | { readonly kind: 'list'; readonly isPaged: boolean; readonly next?: string }
  | { readonly kind: 'watch'; readonly version: string }
  | { readonly kind: 'rest'; readonly failures: Failures; readonly atLeastMs: number }
  | { readonly kind: 'none' };

export interface ReflectorStep {
  readonly state: ReflectorState;
  readonly action: ReflectorAction;
}

const none: Failures = { count: 0, isOutage: false };

export const firstStep: ReflectorStep = list(none, true);

/** A watch that stood for so long was a good one: its end is no reason to hesitate. */
const goodWatchMs = 1_000;

export function nextStep(state: ReflectorState, input: ReflectorInput): ReflectorStep {
  switch (input.kind) {
    case 'page':
      if (state.phase !== 'listing') return { state, action: { kind: 'none' } };
      if (input.next === undefined) return watch(state.failures, input.version, true);
      return {
        state: { ...state, next: input.next },
        action: { kind: 'list', isPaged: state.isPaged, next: input.next },
      };
    case 'opened':
      return state.phase === 'watching' ? stay({ ...state, isOpen: true }) : stay(state);
    case 'event':
      if (state.phase !== 'watching') return stay(state);
      // From no version at all a watch would begin without telling of what was deleted.
      return stay({
        ...state,
        failures: none,
        isNew: false,
        wasSilent: false,
        ...(input.version !== '' && { version: input.version }),
      });
    case 'ended':
      return state.phase === 'watching' ? afterWatch(state, input) : stay(state);
    case 'failed':
      return state.phase === 'listing' ? afterListing(state, input.error) : stay(state);
    case 'rested':
      if (state.phase !== 'resting') return stay(state);
      return state.version === undefined
        ? list(state.failures, state.isPaged)
        : watch(state.failures, state.version, false);
  }
}

function afterWatch(
  { version, failures, isOpen, isNew, wasSilent }: Extract<ReflectorState, { phase: 'watching' }>,
  { error, livedMs }: Extract<ReflectorInput, { kind: 'ended' }>,
): ReflectorStep {
  if (error !== undefined && isExpired(error)) {
    // A list of this moment can meet the same: an API server that has just started forgets in a hurry.
    return isNew ? rest(failures, true, undefined, error) : list(none, true);
  }
  if (isOpen && error?.code === 0 && error.reason === 'Timeout') {
    // Bookmarks come of any version that the API server has had. One that was restored from a backup is silent about others.
    return wasSilent ? list(none, true) : watch(none, version, false, true);
  }
  if (isOpen && livedMs >= goodWatchMs && (error === undefined || error.code === 0)) return watch(none, version, false);
  return rest(failures, true, version, error);
}

function afterListing(
  { failures, isPaged, next }: Extract<ReflectorState, { phase: 'listing' }>,
  error: KubeError,
): ReflectorStep {
  // The pages come from one moment; if that was forgotten before the last one was read, one large answer is quicker.
  if (isExpired(error) && next !== undefined && isPaged) return list(failures, false);
  return rest(failures, isPaged, undefined, error);
}

function list(failures: Failures, isPaged: boolean): ReflectorStep {
  return { state: { phase: 'listing', failures, isPaged }, action: { kind: 'list', isPaged } };
}

function watch(failures: Failures, version: string, isNew: boolean, wasSilent = false): ReflectorStep {
  return {
    state: { phase: 'watching', failures, version, isOpen: false, isNew, wasSilent },
    action: { kind: 'watch', version },
  };
}

function rest(before: Failures, isPaged: boolean, version?: string, error?: KubeError): ReflectorStep {
  const isOutage = error?.code === 0;
  const failures = { count: before.isOutage === isOutage ? before.count + 1 : 1, isOutage };
  return {
    state: { phase: 'resting', failures, isPaged, ...(version !== undefined && { version }) },
    action: { kind: 'rest', failures, atLeastMs: error?.retryAfterMs ?? 0 },
  };
}

function stay(state: ReflectorState): ReflectorStep {
  return { state, action: { kind: 'none' } };
}
