import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import { compileProgram, type Explanation, explain } from '../explain/explanation.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';

export const command = defineCommand({
  description: [
    'Shows what a request with a key for a model would meet: which chain, why each target is in or out, and which guardrails, limits, budgets and prices apply.',
    'It is decided by the code that decides about requests. What only a running gateway knows is left out: cool-downs, and the draw between equals.',
  ],
  flags: {
    key: { kind: 'text', placeholder: 'NAME', help: 'Name of the ApiKey document, not the secret.' },
    model: { kind: 'text', placeholder: 'NAME', help: 'The model as the caller writes it.' },
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.', default: '.' },
    'skip-secrets': { kind: 'switch', help: 'Do not look up secrets, for machines that do not have them.' },
    output: outputFlag,
  },
  examples: [
    {
      says: 'Ask about the quickstart.',
      line: 'sluice explain --policy examples/quickstart --key demo --model small',
    },
  ],
  async run({ flags, io }) {
    if (flags.key === undefined) return { misuse: 'The key is missing: --key NAME.' };
    if (flags.model === undefined) return { misuse: 'The model is missing: --model NAME.' };
    const { built, problems } = await loadPolicy(flags.policy, io, { skipSecrets: flags['skip-secrets'] });
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0) io.err(`${problemReport(errors, io)}\n`);
    const [gateway] = built.gateways;
    const program = gateway && compileProgram(gateway);
    if (program === undefined) {
      io.err('sluice: The folder makes no gateway. Check it with `sluice validate`.\n');
      return exitCodes.failure;
    }
    const explanation = explain(program, flags.key, flags.model, Date.now());
    io.out(flags.output === 'json' ? `${JSON.stringify(explanation, null, 2)}\n` : render(explanation, io));
    return explanation.outcome === 'served' ? exitCodes.ok : exitCodes.failure;
  },
});

function render(explanation: Explanation, io: Parameters<typeof paintFor>[0]): string {
  const paint = paintFor(io);
  const isServed = explanation.outcome === 'served';
  const head = `${paint('bold', `Key ${explanation.key}, model ${explanation.model}`)}: ${paint(isServed ? 'green' : 'red', explanation.outcome)}`;
  const steps = explanation.steps.map((step) => `  · ${step}\n`).join('');
  const rows = explanation.targets.map((target) => [
    `  ${target.isIn ? paint('green', '✓') : paint('red', '✗')}`,
    `${target.provider}/${target.model}`,
    `priority ${target.priority}`,
    target.isIn ? `${Math.round(target.share * 100)} %` : 'out',
    target.reason,
  ]);
  const table = rows.length === 0 ? '' : `${alignRows(rows).join('\n')}\n`;
  const sections = Object.entries(explanation.policy)
    .filter(([, lines]) => lines.length > 0)
    .map(([name, lines]) => `${paint('bold', name)}\n${lines.map((line: string) => `  · ${line}\n`).join('')}`);
  return `${head}\n${steps}  · ${explanation.reason}\n${table}${sections.join('')}`;
}
