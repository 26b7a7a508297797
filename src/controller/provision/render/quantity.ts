const binary: { readonly [unit: string]: number } = { Ki: 1, Mi: 2, Gi: 3, Ti: 4, Pi: 5, Ei: 6 };
const decimal: { readonly [unit: string]: number } = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const pattern = /^([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([+-]?[0-9]+)|([KMGTPE]i|[numkMGTPE]))?$/;

/** A quantity as Kubernetes writes it: `500m`, `2`, `1.5Gi`, `1e9`. Nothing for what is none: the API server says so. */
export function kubernetesQuantity(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  const [, number, exponent, unit = ''] = (typeof value === 'string' ? pattern.exec(value) : null) ?? [];
  if (number === undefined) return undefined;
  if (exponent !== undefined) return Number(number) * 10 ** Number(exponent);
  const power = binary[unit];
  return power === undefined ? Number(number) * 10 ** (decimal[unit] ?? 0) : Number(number) * 1024 ** power;
}
