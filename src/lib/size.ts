import { err, ok, type Result } from './result.ts';

export type Bytes = number;

const units: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3, TiB: 1024 ** 4 };

export const sizePattern = '^[0-9]{1,15}(\\.[0-9]{1,6})?(B|KiB|MiB|GiB|TiB)$';

const sizeText = new RegExp(sizePattern);

/** `512B`, `64KiB`, `10MiB`, `1.5GiB`. Powers of 1000 (`MB`) are refused: people mean either by them. */
export function parseSize(text: string): Result<Bytes> {
  if (!sizeText.test(text)) return err('is not a size');
  const unit = text.replace(/^[0-9.]+/, '');
  const bytes = Number(text.slice(0, text.length - unit.length)) * (units[unit] ?? Number.NaN);
  if (!Number.isInteger(bytes)) return err('is not a whole number of bytes');
  if (!Number.isSafeInteger(bytes)) return err('is too large');
  return ok(bytes);
}

/** The shortest exact text: 1536 gives `1.5KiB`. */
export function formatSize(bytes: Bytes): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB']) {
    const count = bytes / (units[unit] ?? 1);
    // Exact in binary, and no longer than people like to read.
    if (count >= 1 && Number.isInteger(count * 4)) return `${count}${unit}`;
  }
  return `${bytes}B`;
}
