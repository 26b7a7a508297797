import type { MergedParameters } from './merge-parameters.ts';

export interface ShutdownSeconds {
  readonly min: number;
  readonly max: number;
  /** What the kubelet is told: Envoy, then the processor, then some to spare. */
  readonly grace: number;
}

const defaults = { min: 10, max: 300 };
/** The processor's own end comes after Envoy's. */
export const processorGraceSeconds = 10;
const spareSeconds = 20;

export function shutdownSeconds({ shutdown }: MergedParameters): ShutdownSeconds {
  const max = shutdown?.max === undefined ? undefined : shutdown.max / 1000;
  const min = shutdown?.min === undefined ? undefined : shutdown.min / 1000;
  // One of the two may have been written with the other's default in mind.
  const upper = max ?? Math.max(defaults.max, min ?? 0);
  const lower = Math.min(min ?? defaults.min, upper);
  return { min: lower, max: upper, grace: Math.ceil(upper) + processorGraceSeconds + spareSeconds };
}
