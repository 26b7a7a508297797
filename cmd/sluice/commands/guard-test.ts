import { textRoles } from '../../../src/guard/rule.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { compileProgram } from '../explain/explanation.ts';
import { readInput } from '../guard/input.ts';
import { renderTrial, trialJson } from '../guard/render-trial.ts';
import { tryGuards } from '../guard/trial.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';

const apis = ['chat.completions', 'completions', 'embeddings', 'responses', 'messages', 'images.generations'] as const;

export const command = defineCommand({
  description: [
    'Shows what guardrails find in a text, and what would go on in its place. Nothing leaves this machine: rules that ask a service are named, not asked.',
    'It is decided by the code that decides about requests. Scopes are left out: the guardrails apply whoever asks.',
    'Found values are shown in part only, since screens have onlookers; --show-values shows them.',
  ],
  arguments: [{ name: 'FILE', help: 'The text; - or none is standard input.', isOptional: true }],
  flags: {
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.', default: '.' },
    guardrail: { kind: 'text', placeholder: 'NAME', help: 'Only this Guardrail. All of them if absent.' },
    phase: {
      kind: 'text',
      placeholder: 'request|response',
      help: 'On which way the text is.',
      default: 'request',
      choices: ['request', 'response'],
    },
    role: {
      kind: 'text',
      placeholder: 'ROLE',
      help: `Whose text it is: ${textRoles.join(', ')}. Default: user, or assistant in a response.`,
    },
    api: {
      kind: 'text',
      placeholder: 'API',
      help: `The text is a whole JSON body of this API: ${apis.join(', ')}.`,
    },
    'show-values': { kind: 'switch', help: 'Show what was found in full.' },
    'exit-code': { kind: 'switch', help: 'Exit with 1 if something would be redacted or blocked.' },
    output: outputFlag,
  },
  examples: [
    { says: 'Try a text.', line: 'echo "My card is 4111 1111 1111 1111" | sluice guard test --policy policy' },
    {
      says: 'Try a whole request, and fail a build if it would be changed.',
      line: 'sluice guard test --policy policy --api chat.completions --exit-code request.json',
    },
  ],
  async run({ flags, positionals, io }) {
    const role = textRoles.find((each) => each === flags.role) ?? (flags.phase === 'request' ? 'user' : 'assistant');
    if (flags.role !== undefined && role !== flags.role) return { misuse: `--role is one of ${textRoles.join(', ')}.` };
    if (flags.api !== undefined && !apis.some((api) => api === flags.api)) {
      return { misuse: `--api is one of ${apis.join(', ')}.` };
    }
    const fail = (sentence: string) => {
      io.err(`sluice guard test: ${sentence}\n`);
      return exitCodes.failure;
    };
    const { built, problems } = await loadPolicy(flags.policy, io, { skipSecrets: true });
    const errors = problems.filter((problem) => problem.severity === 'error');
    if (errors.length > 0) io.err(`${problemReport(errors, io)}\n`);
    const [gateway] = built.gateways;
    const program = gateway && compileProgram(gateway);
    if (program === undefined) return fail('The folder makes no gateway. Check it with `sluice validate`.');
    const { all } = program.guardrails;
    const guardrails = all.filter(({ name }) => flags.guardrail === undefined || name === flags.guardrail);
    if (guardrails.length === 0)
      return fail(
        whyNone(
          flags.guardrail,
          all.map(({ name }) => name),
        ),
      );
    const input = await readInput(positionals[0], io.cwd, process.stdin);
    if (!input.ok) return fail(input.error);
    const trial = tryGuards(program, input.value, { guardrails, phase: flags.phase, role, api: flags.api });
    if (!trial.ok) return fail(trial.error);
    const options = { showsValues: flags['show-values'] };
    io.out(
      flags.output === 'json'
        ? `${JSON.stringify(trialJson(trial.value, options), null, 2)}\n`
        : renderTrial(trial.value, options, io),
    );
    const isChanged = trial.value.verdict === 'redact' || trial.value.verdict === 'block';
    return flags['exit-code'] && isChanged ? exitCodes.failure : exitCodes.ok;
  },
});

function whyNone(name: string | undefined, names: readonly string[]): string {
  if (name === undefined) return 'The policy has no Guardrail.';
  const near = suggest(name, names);
  const there = names.length === 0 ? 'There are none.' : `There is ${names.join(', ')}.`;
  return `There is no Guardrail ${name} in the policy.${near === undefined ? '' : ` Did you mean ${near}?`} ${there}`;
}
