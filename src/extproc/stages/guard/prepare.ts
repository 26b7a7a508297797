import type { Guardrail } from '../../../program/guardrail.ts';
import type { Guards } from './guards.ts';
import { rehearse } from './rehearse.ts';

/** While rules are prepared no request is answered. The rest is compiled when a request asks for it. */
const mostPrepared = 16;

/**
 * Compiles and rehearses guardrails that have come into force, each by itself: which of them meet in a request nobody
 * knows before, but nearly all that is dear, their detectors, they share.
 */
export function createPreparation(
  guardsFor: (guardrails: readonly Guardrail[]) => Guards,
): (guardrails: readonly Guardrail[]) => void {
  /** Keeps detectors alive until a request comes. */
  let prepared = new Map<string, Guards>();
  return (guardrails) => {
    const before = prepared;
    prepared = new Map();
    for (const guardrail of guardrails.slice(0, mostPrepared)) {
      const id = `${guardrail.name}@${guardrail.version}`;
      const known = before.get(id);
      const guards = known ?? guardsFor([guardrail]);
      prepared.set(id, guards);
      if (known === undefined) rehearse(guards);
    }
  };
}
