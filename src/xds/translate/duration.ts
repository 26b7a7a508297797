export interface DurationInit {
  readonly seconds: bigint;
  readonly nanos: number;
}

export function milliseconds(value: number): DurationInit {
  const whole = Math.floor(value / 1_000);
  return { seconds: BigInt(whole), nanos: Math.round((value - whole * 1_000) * 1_000_000) };
}

export function seconds(value: number): DurationInit {
  return milliseconds(value * 1_000);
}
