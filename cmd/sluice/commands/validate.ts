import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { paintFor } from '../cli/paint.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { countText, problemReport } from '../policy/problem-report.ts';

export const command = defineCommand({
  description: [
    'Checks every document of a policy folder, and what they mean together.',
    'All problems are shown at once, with the place and what to do. Errors end with exit code 1, warnings do not.',
  ],
  arguments: [{ name: 'DIR', help: 'The policy folder.' }],
  flags: {
    'skip-secrets': {
      kind: 'switch',
      help: 'Do not look up secrets, for machines that do not have them.',
    },
    'fail-on-warn': { kind: 'switch', help: 'End with exit code 1 on warnings, too.' },
    output: outputFlag,
  },
  examples: [
    { says: 'Check a folder.', line: 'sluice validate examples/quickstart' },
    {
      says: 'Check it in continuous integration, where there are no secrets.',
      line: 'sluice validate policy --skip-secrets --output json',
    },
  ],
  async run({ flags, positionals, io }) {
    const [name = ''] = positionals;
    const { documents, problems } = await loadPolicy(name, io, { skipSecrets: flags['skip-secrets'] });
    const errors = problems.filter((problem) => problem.severity === 'error').length;
    const warnings = problems.length - errors;
    const isGood = errors === 0 && (warnings === 0 || !flags['fail-on-warn']);
    const exitCode = isGood ? exitCodes.ok : exitCodes.failure;
    if (flags.output === 'json') {
      const kinds = Map.groupBy(documents, (document) => document.kind);
      const counts = Object.fromEntries([...kinds].map(([kind, group]) => [kind, group.length]));
      io.out(`${JSON.stringify({ valid: errors === 0, errors, warnings, documents: counts, problems }, null, 2)}\n`);
      return exitCode;
    }
    if (problems.length > 0) io.out(`${problemReport(problems, io)}\n`);
    const paint = paintFor(io);
    const summary =
      problems.length === 0
        ? `${paint('green', '✓')} ${countText(documents.length, 'document')}, no problem`
        : `${isGood ? paint('green', '✓') : paint('red', '✗')} ${countText(errors, 'error')}, ${countText(warnings, 'warning')}`;
    io.out(`${summary}\n`);
    return exitCode;
  },
});
