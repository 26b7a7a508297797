import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { Imported } from '../../../src/llm/price/catalogue/catalogue.ts';
import { importLitellm } from '../../../src/llm/price/catalogue/litellm.ts';
import { importModelsDev } from '../../../src/llm/price/catalogue/models-dev.ts';

export const priceSources = ['litellm', 'models.dev'] as const;
export type PriceSource = (typeof priceSources)[number];

/** Reads a downloaded price file; `-` is standard input. */
export async function readPrices(
  file: string,
  cwd: string,
  source: PriceSource | undefined,
): Promise<Result<Imported & { readonly source: PriceSource }>> {
  const name = file === '-' ? 'Standard input' : file;
  let content: string;
  try {
    content = file === '-' ? await text(process.stdin) : await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    return err(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch {
    return err(`${name} is not JSON.`);
  }
  const form = source ?? recognise(json);
  const imported = form === 'models.dev' ? importModelsDev(json) : importLitellm(json);
  if (imported === undefined) return err(`${name} is not an object of prices.`);
  if (imported.prices.length === 0) return err(`${name} has no prices in the form of ${form}.`);
  return ok({ ...imported, source: form });
}

/** Only models.dev puts models below their providers. */
function recognise(json: unknown): PriceSource {
  if (typeof json !== 'object' || json === null) return 'litellm';
  const isNested = Object.values(json).some(
    (entry) => typeof entry === 'object' && entry !== null && 'models' in entry,
  );
  return isNested ? 'models.dev' : 'litellm';
}
