import { labelOf } from '../../../src/llm/price/catalogue/catalogue.ts';
import { dnsLabelPattern } from '../../../src/policy/name.ts';
import { mostListedPrices } from '../../../src/policy/price-catalogue.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { catalogueEntries } from '../prices/catalogue-entries.ts';
import { entryForModel } from '../prices/entry-for-model.ts';
import { noteLines } from '../prices/notes.ts';
import { priceSources, readPrices } from '../prices/price-source.ts';
import { catalogueDocument, yamlOf } from '../prices/print.ts';
import { selectionOf } from '../prices/selection.ts';

/** Bytes of an object with which an API server still gets along: etcd refuses more. */
const mostInCluster = 1_500_000;

export const command = defineCommand({
  description: [
    'Turns a public price file into a PriceCatalogue for the policy, or into the pricing of one Model.',
    'Nothing is downloaded: FILE is model_prices_and_context_window.json of LiteLLM, or api.json of models.dev.',
    'What was left out or looks wrong is said on standard error.',
  ],
  arguments: [{ name: 'FILE', help: 'The price file; - for standard input.' }],
  flags: {
    from: {
      kind: 'text',
      placeholder: 'litellm|models.dev',
      help: 'Form of the file. Found out if absent.',
      choices: priceSources,
    },
    provider: {
      kind: 'list',
      placeholder: 'A,B=NAME',
      help: 'Only prices of these providers, in the words of the file; =NAME for the Provider that they are for.',
    },
    model: { kind: 'list', placeholder: 'A,B', help: 'Only these models, with * as a wildcard.' },
    name: { kind: 'text', placeholder: 'NAME', help: 'Name of the PriceCatalogue. Default: that of the source.' },
    'model-document': {
      kind: 'text',
      placeholder: 'NAME',
      help: 'Print the pricing for the Model of this name instead of a catalogue.',
    },
    output: { ...outputFlag, help: 'Form of the result: YAML or JSON.' },
  },
  examples: [
    {
      says: 'Make a catalogue of two providers, one of which is called azure-eu in the policy.',
      line: 'sluice prices import model_prices_and_context_window.json --provider openai,azure=azure-eu > prices.yaml',
    },
    {
      says: 'Show what to put into the Model called small.',
      line: 'sluice prices import api.json --model openai/gpt-4o-mini --model-document small',
    },
  ],
  async run({ flags, positionals, io }) {
    const failed = (reason: string): typeof exitCodes.failure => {
      io.err(`sluice prices import: ${reason}\n`);
      return exitCodes.failure;
    };
    if (flags.name !== undefined && !new RegExp(dnsLabelPattern).test(flags.name)) {
      return { misuse: `--name ${flags.name} is not a DNS label.` };
    }
    const read = await readPrices(positionals[0] ?? '-', io.cwd, flags.from);
    if (!read.ok) return failed(read.error);
    const { prices, source } = read.value;
    const selection = selectionOf(flags.provider, flags.model);
    const chosen = prices.filter(selection.includes);
    if (chosen.length === 0) return failed(`None of ${prices.length} prices is of such a model and provider.`);
    const { entries, notes } = catalogueEntries(chosen, selection);
    const print = (value: object): void =>
      io.out(flags.output === 'json' ? `${JSON.stringify(value, null, 2)}\n` : yamlOf(value));

    const model = flags['model-document'];
    if (model === undefined) {
      if (entries.length > mostListedPrices) {
        const most = `more than the ${mostListedPrices} that a catalogue may have`;
        return failed(`${entries.length} prices are ${most}. Choose some with --provider or --model.`);
      }
      const kept = new Set(chosen.map(labelOf));
      const ofFile = read.value.notes.filter((note) => kept.has(note.model) || !selection.isNarrow);
      io.err(noteLines([...ofFile, ...notes]));
      if (entries.length === 0) return failed('No price is left.');
      const listed = entries.map(({ entry }) => entry);
      const document = catalogueDocument(flags.name ?? source.replace('.', '-'), listed);
      if (Buffer.byteLength(JSON.stringify(document)) > mostInCluster) {
        io.err('check: the catalogue is larger than 1.5 MB, which etcd does not keep. A policy folder takes it.\n');
      }
      print(document);
      return exitCodes.ok;
    }
    const found = entryForModel(model, entries);
    if (!found.ok) {
      io.err(noteLines(notes.filter(({ kind }) => kind === 'skipped')));
      return failed(found.error);
    }
    const { label, entry } = found.value;
    io.err(noteLines([...read.value.notes, ...notes].filter((note) => note.model === label)));
    if (flags.output === 'text') io.out(`# ${label}, for the spec of Model/${model}.\n`);
    print({ pricing: entry.pricing });
    return exitCodes.ok;
  },
});
