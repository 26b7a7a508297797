import { connectKubeClient } from '../../../src/kube/client.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { applyDefinition } from '../crds/apply-definition.ts';
import { selectDefinitions, selectionFlags } from '../crds/selection.ts';

/** A server that is just starting takes seconds; a definition of that age has a problem. */
const patienceMs = 60_000;

export const command = defineCommand({
  description: [
    'Applies the CustomResourceDefinitions to a cluster and waits until it serves them. It can be run again at any time.',
    'Definitions of accepted kinds that another project installed are left as they are, unless --force is given.',
  ],
  flags: {
    ...selectionFlags,
    kubeconfig: {
      kind: 'text',
      placeholder: 'FILE',
      help: 'Who the cluster is. Default: KUBECONFIG, then ~/.kube/config.',
    },
    context: { kind: 'text', placeholder: 'NAME', help: 'Context of the kubeconfig. Default: its current one.' },
    force: { kind: 'switch', help: 'Take over accepted kinds that another project installed.' },
  },
  examples: [
    { says: 'Before the chart is installed with --skip-crds.', line: 'sluice crds apply' },
    {
      says: 'Another cluster, whose Envoy AI Gateway stays as it is.',
      line: 'sluice crds apply --include own --context production',
    },
  ],
  async run({ flags, io }) {
    const selected = selectDefinitions(flags);
    if (!selected.ok) return { misuse: selected.error };
    const { kubeconfig, context } = flags;
    const connected = await connectKubeClient({
      ...(kubeconfig === undefined ? {} : { kubeconfig }),
      ...(context === undefined ? {} : { context }),
    });
    if (!connected.ok) {
      io.err(`sluice crds apply: No cluster: ${connected.error}. Name one by --kubeconfig or --context.\n`);
      return exitCodes.failure;
    }
    const client = connected.value;
    let failures = 0;
    try {
      for (const each of selected.value) {
        const applied = await applyDefinition(client, each, { force: flags.force, patienceMs });
        if (applied.outcome !== 'failed') {
          io.out(`${each.definition.metadata.name} ${applied.outcome}\n`);
          continue;
        }
        failures++;
        io.err(`sluice crds apply: ${applied.sentence}\n`);
        if (applied.isHopeless) break;
      }
    } finally {
      client.close();
    }
    return failures === 0 ? exitCodes.ok : exitCodes.failure;
  },
});
