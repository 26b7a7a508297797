import { suggest } from '../../../src/lib/suggest.ts';
import { jsonSchema, printableKinds } from '../../../src/policy/json-schema.ts';
import { kinds } from '../../../src/policy/kinds.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { alignRows } from '../cli/table.ts';

export const command = defineCommand({
  description: [
    'Prints the JSON Schema of a policy kind, so that editors complete and check while you write.',
    'Without a kind it lists the kinds.',
  ],
  arguments: [{ name: 'KIND', help: `One of ${printableKinds.join(', ')}.`, isOptional: true }],
  flags: {},
  examples: [
    { says: 'List the kinds.', line: 'sluice schema' },
    { says: 'Save a schema for the editor.', line: 'sluice schema Provider > provider.schema.json' },
  ],
  async run({ positionals, io }) {
    const [name] = positionals;
    if (name === undefined) {
      io.out(`${alignRows(printableKinds.map((kind) => [kind, kinds[kind].description])).join('\n')}\n`);
      return exitCodes.ok;
    }
    const kind = printableKinds.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    if (kind === undefined) {
      const near = suggest(name, printableKinds);
      const meant = near === undefined ? `There are ${printableKinds.join(', ')}.` : `Did you mean ${near}?`;
      return { misuse: `There is no kind ${name}. ${meant}` };
    }
    io.out(`${JSON.stringify(jsonSchema(kind), null, 2)}\n`);
    return exitCodes.ok;
  },
});
