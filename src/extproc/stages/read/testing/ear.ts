import type { ResponseListener } from '../../../between-stages/response-listener.ts';

/** Listens, and keeps what it hears. */
export function ear() {
  const values: unknown[] = [];
  let bytes = 0;
  const listener: ResponseListener = {
    value: (value) => void values.push(structuredClone(value)),
    bytes: (piece) => {
      bytes += piece.length;
    },
    stop: () => undefined,
  };
  return { listener, values, counted: () => bytes };
}
