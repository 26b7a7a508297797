import { definitionYaml } from '../../../src/policy/crd/render.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { selectDefinitions, selectionFlags } from '../crds/selection.ts';

export const command = defineCommand({
  description: [
    'Prints the CustomResourceDefinitions that a cluster needs before it can hold policy.',
    'They are the same as those of the Helm chart. The definitions of Gateway API come from Gateway API.',
  ],
  flags: {
    ...selectionFlags,
    output: {
      kind: 'text',
      placeholder: 'yaml|json',
      help: 'Documents of YAML, or one list in JSON.',
      default: 'yaml',
      choices: ['yaml', 'json'],
    },
  },
  examples: [
    { says: 'Keep them in a file, to be reviewed and applied by others.', line: 'sluice crds > crds.yaml' },
    {
      says: 'Only our own, where Envoy AI Gateway is installed.',
      line: 'sluice crds --include own',
    },
    {
      says: 'Apply them without this program having access to the cluster.',
      line: 'sluice crds | kubectl apply --server-side -f -',
    },
  ],
  async run({ flags, io }) {
    const selected = selectDefinitions(flags);
    if (!selected.ok) return { misuse: selected.error };
    const definitions = selected.value.map(({ definition }) => definition);
    if (flags.output === 'json') {
      io.out(`${JSON.stringify({ apiVersion: 'v1', kind: 'List', items: definitions }, null, 2)}\n`);
    } else {
      io.out(definitions.map((definition) => `---\n${definitionYaml(definition)}`).join(''));
    }
    return exitCodes.ok;
  },
});
