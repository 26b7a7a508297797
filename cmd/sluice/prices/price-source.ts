import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parse } from 'yaml';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { Imported } from '../../../src/llm/price/catalogue/catalogue.ts';
import { importLitellm } from '../../../src/llm/price/catalogue/litellm.ts';
import { importModelsDev } from '../../../src/llm/price/catalogue/models-dev.ts';
import { readCatalogue } from '../../../src/llm/price/catalogue/read-catalogue.ts';

export const priceSources = ['litellm', 'models.dev', 'catalogue'] as const;
export type PriceSource = (typeof priceSources)[number];

/** Of a catalogue that somebody has written; more are for the next time. */
const mostProblems = 5;

/** Reads a downloaded price file, or a catalogue; `-` is standard input. */
export async function readPrices(
  file: string,
  cwd: string,
  source: PriceSource | undefined,
): Promise<Result<Imported>> {
  const name = file === '-' ? 'Standard input' : file;
  let content: string;
  try {
    content = file === '-' ? await text(process.stdin) : await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    return err(`${name} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
  const json = parsed(content);
  if (json === undefined) return err(`${name} is neither JSON nor YAML.`);
  const form = source ?? recognise(json);
  if (form === 'catalogue') return catalogueOf(json, name);
  const imported = form === 'models.dev' ? importModelsDev(json) : importLitellm(json);
  if (imported === undefined) return err(`${name} is not an object of prices.`);
  if (imported.catalogue.length === 0) return err(`${name} has no prices in the form of ${form}.`);
  return ok(imported);
}

/** Public files are JSON and large, catalogues that people write are YAML. */
function parsed(content: string): unknown {
  for (const read of [(text: string): unknown => JSON.parse(text), (text: string): unknown => parse(text)]) {
    try {
      return read(content);
    } catch {}
  }
  return undefined;
}

function catalogueOf(json: unknown, name: string): Result<Imported> {
  const { catalogue, problems } = readCatalogue(json);
  if (problems.length > 0) return err(`${name} cannot be used. ${problems.slice(0, mostProblems).join(' ')}`);
  return ok({ catalogue, notes: [] });
}

/** A catalogue says what it is. Of the others only models.dev puts models below their providers. */
function recognise(json: unknown): PriceSource {
  if (typeof json !== 'object' || json === null) return 'litellm';
  if ('kind' in json && json.kind === 'PriceCatalogue') return 'catalogue';
  const isNested = Object.values(json).some(
    (entry) => typeof entry === 'object' && entry !== null && 'models' in entry,
  );
  return isNested ? 'models.dev' : 'litellm';
}
