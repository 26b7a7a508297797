import { getOrCreate } from '../../../lib/get-or-create.ts';
import type { CoolDown, Target } from '../../../program/program.ts';
import type { PlannedTarget } from '../../exchange.ts';

interface Trouble {
  /** In a row. */
  failures: number;
  /** Passed over until then. 0: not yet. */
  until: number;
}

/**
 * Targets that keep failing are tried last for a while. Each process learns on its own: what one has seen an instant
 * ago is worth more than what all have agreed on.
 */
export class CoolDowns {
  // Only targets in trouble are here, so it is as good as always empty.
  private readonly troubles = new Map<string, Trouble>();

  /**
   * Moves targets that are passed over to the end; none is removed, so that the last one left is tried anyway. When the
   * time of one is over, one request tries it and the others wait for what comes of it.
   */
  arrange(targets: readonly PlannedTarget[], coolDown: CoolDown, now: number): readonly PlannedTarget[] {
    if (this.troubles.size === 0 || coolDown.failures === 0) return targets;
    const ready: PlannedTarget[] = [];
    const cooling: PlannedTarget[] = [];
    for (const planned of targets) (this.isCooling(planned.target, now) ? cooling : ready).push(planned);
    const first = ready[0];
    const trouble = first === undefined ? undefined : this.troubles.get(nameOf(first.target));
    if (trouble !== undefined && trouble.until > 0) trouble.until = now + coolDown.durationMs;
    return cooling.length === 0 ? targets : [...ready, ...cooling];
  }

  report(target: Target, isFailure: boolean, coolDown: CoolDown, now: number): void {
    if (!isFailure) {
      if (this.troubles.size > 0) this.troubles.delete(nameOf(target));
      return;
    }
    if (coolDown.failures === 0) return;
    const trouble = getOrCreate(this.troubles, nameOf(target), () => ({ failures: 0, until: 0 }));
    trouble.failures++;
    if (trouble.failures >= coolDown.failures) trouble.until = now + coolDown.durationMs;
  }

  /** For the metrics. */
  coolingCount(now: number): number {
    let count = 0;
    for (const { until } of this.troubles.values()) if (until > now) count++;
    return count;
  }

  private isCooling(target: Target, now: number): boolean {
    return (this.troubles.get(nameOf(target))?.until ?? 0) > now;
  }
}

function nameOf(target: Target): string {
  return `${target.provider}/${target.model}`;
}
