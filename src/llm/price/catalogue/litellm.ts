import type { RateName, ServiceClass } from '../pricing.ts';
import { type CatalogueNote, type Imported, imported, labelOf, type PricedModel } from './catalogue.ts';
import { isObject } from './is-object.ts';
import { PriceBuilder } from './price-builder.ts';
import { scaled } from './scaled.ts';

/** USD per token to nano-USD per million tokens. */
const perTokenDigits = 15;
const perPieceDigits = 9;

const rateFields: Readonly<Record<string, RateName>> = {
  input_cost_per_token: 'input',
  output_cost_per_token: 'output',
  cache_read_input_token_cost: 'cachedInput',
  cache_creation_input_token_cost: 'cacheWrite',
  cache_creation_input_token_cost_above_1hr: 'cacheWrite1h',
  output_cost_per_reasoning_token: 'reasoning',
  input_cost_per_audio_token: 'audioInput',
  output_cost_per_audio_token: 'audioOutput',
  input_cost_per_image_token: 'imageInput',
};

const classSuffixes: Readonly<Record<string, ServiceClass>> = { batches: 'batch', flex: 'flex', priority: 'priority' };

/** Modes whose APIs this gateway speaks. */
const modes: ReadonlySet<unknown> = new Set([
  'chat',
  'completion',
  'embedding',
  'responses',
  'image_generation',
  undefined,
]);

const costWord = /cost/;
/** `…_above_272k_tokens`, `…_priority`, and both in either order. */
const qualifiers = /^(.+?)((?:_above_\d+k_tokens|_batches|_flex|_priority)*)$/;

/** Reads LiteLLM's `model_prices_and_context_window.json`: one object keyed by model, in USD per token. */
export function importLitellm(json: unknown): Imported | undefined {
  if (!isObject(json)) return undefined;
  const models: PricedModel[] = [];
  const notes: CatalogueNote[] = [];
  for (const [name, entry] of Object.entries(json)) {
    // The file explains itself in an entry.
    if (name === 'sample_spec' || !isObject(entry)) continue;
    const provider = typeof entry.litellm_provider === 'string' ? entry.litellm_provider : undefined;
    const model = withoutProvider(name, provider);
    const label = labelOf({ provider, model });
    const note = (kind: CatalogueNote['kind'], says: string) => notes.push({ model: label, kind, says });
    if (!modes.has(entry.mode)) {
      note('skipped', `has the mode ${String(entry.mode)}`);
      continue;
    }
    const pricing = pricingOf(entry, note);
    if (pricing === undefined) {
      note('skipped', 'has no price per token, image or request');
      continue;
    }
    models.push({ provider, model, pricing });
  }
  return imported(models, notes);
}

/** `groq/llama` of `groq`, and `vertex_ai/claude` of `vertex_ai-anthropic_models`; others have no prefix. */
function withoutProvider(name: string, provider: string | undefined): string {
  const slash = name.indexOf('/');
  const prefix = name.slice(0, slash);
  const isPrefixed = slash > 0 && (provider === prefix || provider?.startsWith(`${prefix}-`) === true);
  return isPrefixed ? name.slice(slash + 1) : name;
}

function pricingOf(
  entry: Readonly<Record<string, unknown>>,
  note: (kind: CatalogueNote['kind'], says: string) => void,
) {
  const builder = new PriceBuilder();
  for (const [field, value] of Object.entries(entry)) {
    // They write null for what they do not know, not for what does not exist.
    if (!costWord.test(field) || value === null) continue;
    if (field === 'output_cost_per_image' || field === 'input_cost_per_request') {
      const nanoUsd = scaled(value, perPieceDigits);
      if (nanoUsd === undefined) note('lost', `has ${field} ${String(value)}, which is no price`);
      else if (field === 'input_cost_per_request') builder.piece('standard', 'perRequest', nanoUsd);
      else if (entry.mode === 'image_generation') builder.piece('standard', 'perImage', nanoUsd);
      else if (nanoUsd > 0)
        note('lost', `has ${field}, which has no place in a model of the mode ${String(entry.mode)}`);
      continue;
    }
    const [, base = '', suffixes = ''] = qualifiers.exec(field) ?? [];
    const name = Object.hasOwn(rateFields, base) ? rateFields[base] : undefined;
    if (name === undefined) {
      if (value !== 0) note('lost', `has ${field}, which has no place here`);
      continue;
    }
    const nanoUsd = scaled(value, perTokenDigits);
    if (nanoUsd === undefined) note('lost', `has ${field} ${String(value)}, which is no price`);
    else builder.rate(classOf(suffixes), name, nanoUsd, thresholdOf(suffixes));
  }
  return builder.build();
}

function classOf(suffixes: string): ServiceClass | 'standard' {
  const word = /_(batches|flex|priority)/.exec(suffixes)?.[1];
  return (word === undefined ? undefined : classSuffixes[word]) ?? 'standard';
}

function thresholdOf(suffixes: string): number | undefined {
  const thousands = /_above_(\d{1,6})k_tokens/.exec(suffixes)?.[1];
  return thousands === undefined ? undefined : Number(thousands) * 1000;
}
