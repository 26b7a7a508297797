import { Document } from 'yaml';
import { catalogueDocument } from '../../../src/llm/price/catalogue/document.ts';
import { compileNames } from '../../../src/program/glob.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { entryFor, modelPricing } from '../prices/model-pricing.ts';
import { noteLines } from '../prices/notes.ts';
import { priceSources, readPrices } from '../prices/price-source.ts';

export const command = defineCommand({
  description: [
    'Turns a public price file into a catalogue of prices in USD per million tokens, or into the pricing of one Model.',
    'Nothing is downloaded: FILE is model_prices_and_context_window.json of LiteLLM, api.json of models.dev, or a catalogue.',
    'What was left out or looks wrong is said on standard error.',
  ],
  arguments: [{ name: 'FILE', help: 'The price file; - for standard input.' }],
  flags: {
    from: {
      kind: 'text',
      placeholder: 'litellm|models.dev|catalogue',
      help: 'Form of the file. Found out if absent.',
      choices: priceSources,
    },
    provider: { kind: 'list', placeholder: 'A,B', help: 'Only prices of these providers, in the words of the file.' },
    model: { kind: 'list', placeholder: 'A,B', help: 'Only these models, with * as a wildcard.' },
    'model-document': {
      kind: 'text',
      placeholder: 'NAME',
      help: 'Print the pricing for the Model of this name instead of a catalogue.',
    },
    output: { ...outputFlag, help: 'Form of the result: YAML or JSON.' },
  },
  examples: [
    {
      says: 'Make a catalogue of two providers.',
      line: 'sluice prices import model_prices_and_context_window.json --provider openai,anthropic > prices.yaml',
    },
    {
      says: 'Show what to put into the Model called small.',
      line: 'sluice prices import api.json --model openai/gpt-4o-mini --model-document small',
    },
  ],
  async run({ flags, positionals, io }) {
    const imported = await readPrices(positionals[0] ?? '-', io.cwd, flags.from);
    if (!imported.ok) {
      io.err(`sluice prices import: ${imported.error}\n`);
      return exitCodes.failure;
    }
    const names = flags.model.length === 0 ? undefined : compileNames(flags.model);
    const isWanted = (name: string): boolean => names?.matches(name) ?? true;
    const providers = new Set(flags.provider);
    const catalogue = imported.value.catalogue.filter(
      ({ name, provider }) => isWanted(name) && (providers.size === 0 || providers.has(provider ?? '')),
    );
    if (catalogue.length === 0) {
      io.err(
        `sluice prices import: None of ${imported.value.catalogue.length} prices is of such a model and provider.\n`,
      );
      return exitCodes.failure;
    }
    const print = (value: object) =>
      io.out(
        flags.output === 'json'
          ? `${JSON.stringify(value, null, 2)}\n`
          : new Document(value).toString({ lineWidth: 0 }),
      );
    const model = flags['model-document'];
    if (model === undefined) {
      const kept = new Set(catalogue.map(({ name }) => name));
      const isNamed = names !== undefined || providers.size > 0;
      io.err(
        noteLines(imported.value.notes.filter((note) => kept.has(note.model) || (!isNamed && note.kind === 'skipped'))),
      );
      print(catalogueDocument(catalogue));
      return exitCodes.ok;
    }
    const entry = entryFor(model, catalogue);
    if (!entry.ok) {
      io.err(`sluice prices import: ${entry.error}\n`);
      return exitCodes.failure;
    }
    const { name, pricing } = entry.value;
    const written = modelPricing(pricing);
    io.err(noteLines(imported.value.notes.filter((note) => note.model === name)));
    io.err(noteLines(written.lost.map((says) => ({ model: name, kind: 'lost', says }))));
    if (flags.output === 'text') io.out(`# ${name}, for the spec of Model/${model}.\n`);
    print({ pricing: written.pricing });
    return exitCodes.ok;
  },
});
