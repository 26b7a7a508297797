import { err, ok, type Result } from '../../../src/lib/result.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import type { LabelledEntry } from './catalogue-entries.ts';

/** The one entry that a Model's `pricing` is made of: what the flags left over, or the one of the model's name. */
export function entryForModel(model: string, entries: readonly LabelledEntry[]): Result<LabelledEntry> {
  const named = entries.filter(({ label, entry }) => entry.model === model || label === model);
  const candidates = named.length > 0 ? named : entries;
  const [first] = candidates;
  if (first === undefined) return err('No model is left.');
  if (candidates.length === 1) return ok(first);
  if (named.length === 0) {
    const near = suggest(
      model,
      entries.map(({ entry }) => entry.model),
    );
    const meant = near === undefined ? '' : ` Did you mean ${near}?`;
    return err(`No price is called ${model}, and ${entries.length} are left.${meant} Choose one with --model.`);
  }
  const names = candidates.slice(0, 5).map(({ label }) => label);
  return err(`Several prices fit ${model}: ${names.join(', ')}. Choose one with --model or --provider.`);
}
