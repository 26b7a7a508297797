import { createRemoteJudges } from '../../../src/guard/remote/index.ts';
import { type Phase, type TextRole, textRoles } from '../../../src/guard/rule.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { Program } from '../../../src/program/program.ts';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import type { Io } from '../cli/io.ts';
import { paintFor } from '../cli/paint.ts';
import { chosen, readProgram } from '../guard/choice.ts';
import { readInput } from '../guard/input.ts';
import { renderTrial, trialJson } from '../guard/render-trial.ts';
import { type Trial, type TrialOptions, tryGuards } from '../guard/trial.ts';

const apis = ['chat.completions', 'completions', 'embeddings', 'responses', 'messages', 'images.generations'] as const;

export const command = defineCommand({
  description: [
    'Shows what guardrails find in a text, and what would go on in its place. It is decided by the code that decides about requests.',
    'Nothing leaves this machine: rules that ask a service are named, and asked with --remote only.',
    'All guardrails of the policy apply; --key and --model keep to those that such a request would meet.',
    'Found values are shown in part only, since screens have onlookers; --show-values shows them. The text that goes on is shown as it is.',
    'It exits with 0 whatever is found; --exit-code makes it 1 if something would be redacted or blocked.',
  ],
  arguments: [{ name: 'FILE', help: 'A text; - or none is standard input.', isOptional: true, isRepeated: true }],
  flags: {
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.', default: '.' },
    guardrail: { kind: 'text', placeholder: 'NAME', help: 'Only this Guardrail.' },
    key: { kind: 'text', placeholder: 'NAME', help: 'Name of the ApiKey document of the caller; with --model.' },
    model: { kind: 'text', placeholder: 'NAME', help: 'The model as the caller writes it; with --key.' },
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
    remote: { kind: 'switch', help: 'Send the text to the services that rules name, with the secrets of the policy.' },
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
    {
      says: 'See what an answer to somebody goes through, with the services.',
      line: 'sluice guard test --policy policy --key demo --model small --phase response --remote answer.txt',
    },
  ],
  async run({ flags, positionals, io }) {
    const role = textRoles.find((each) => each === flags.role) ?? defaultRole(flags.phase);
    if (flags.role !== undefined && role !== flags.role) return { misuse: `--role is one of ${textRoles.join(', ')}.` };
    if (flags.api !== undefined && !apis.some((api) => api === flags.api)) {
      return { misuse: `--api is one of ${apis.join(', ')}.` };
    }
    if ((flags.key === undefined) !== (flags.model === undefined)) return { misuse: '--key and --model go together.' };
    const fail = (sentence: string) => {
      io.err(`sluice guard test: ${sentence}\n`);
      return exitCodes.failure;
    };
    const program = await readProgram(flags.policy, flags.remote, io);
    if (!program.ok) return fail(program.error);
    const guardrails = chosen(program.value, flags, io);
    if (!guardrails.ok) return fail(guardrails.error);
    const judges = flags.remote ? createRemoteJudges() : undefined;
    try {
      const { secrets } = program.value;
      const tried = await tryAll(program.value, positionals.length === 0 ? [undefined] : positionals, io, {
        guardrails: guardrails.value,
        phase: flags.phase,
        role,
        api: flags.api,
        ask: judges && ((rule) => judges.judgeFor(rule, (name) => secrets.get(name))),
      });
      if (!tried.ok) return fail(tried.error);
      show(tried.value, { showsValues: flags['show-values'], isJson: flags.output === 'json' }, io);
      const isChanged = tried.value.some(({ trial: { verdict } }) => verdict === 'redact' || verdict === 'block');
      return flags['exit-code'] && isChanged ? exitCodes.failure : exitCodes.ok;
    } finally {
      judges?.close();
    }
  },
});

function defaultRole(phase: Phase): TextRole {
  return phase === 'request' ? 'user' : 'assistant';
}

interface Tried {
  /** Undefined: standard input. */
  readonly file: string | undefined;
  readonly trial: Trial;
}

async function tryAll(
  program: Program,
  files: readonly (string | undefined)[],
  io: Io,
  options: TrialOptions,
): Promise<Result<readonly Tried[]>> {
  const tried: Tried[] = [];
  for (const file of files) {
    const input = await readInput(file, io.cwd, process.stdin);
    if (!input.ok) return input;
    const trial = await tryGuards(program, input.value, options);
    if (!trial.ok) return files.length === 1 ? trial : err(`${file}: ${trial.error}`);
    tried.push({ file, trial: trial.value });
  }
  return ok(tried);
}

function show(
  tried: readonly Tried[],
  { isJson, showsValues }: { readonly isJson: boolean; readonly showsValues: boolean },
  io: Io,
): void {
  if (isJson) {
    const json = tried.map(({ file, trial }) => ({ file, ...trialJson(trial, { showsValues }) }));
    io.out(`${JSON.stringify(json.length === 1 ? json[0] : json, null, 2)}\n`);
    return;
  }
  const paint = paintFor(io);
  const texts = tried.map(({ file, trial }) => {
    const head = tried.length === 1 ? '' : `${paint('bold', `== ${file}`)}\n`;
    return `${head}${renderTrial(trial, { showsValues }, io)}`;
  });
  io.out(texts.join('\n'));
}
