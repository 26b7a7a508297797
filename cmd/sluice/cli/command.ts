import type { ExitCode } from './exit-code.ts';
import { type Flags, type Positionals, parseLine, type Values } from './flags.ts';
import type { Io } from './io.ts';

export interface Example {
  readonly says: string;
  readonly line: string;
}

export interface Argument {
  readonly name: string;
  readonly help: string;
  readonly isOptional?: boolean;
  /** Of the last one only. */
  readonly isRepeated?: boolean;
}

/** What the help shows. Every sentence starts with a capital and ends with a full stop; a test reads them all. */
export interface CommandHelp {
  readonly description: readonly string[];
  readonly arguments?: readonly Argument[];
  readonly flags: Flags;
  readonly examples: readonly Example[];
}

export interface Command extends CommandHelp {
  /** `misuse` says what is wrong with the command line, in one sentence. */
  execute(args: readonly string[], io: Io): Promise<ExitCode | { readonly misuse: string }>;
}

export interface Invocation<F extends Flags> {
  readonly flags: Values<F>;
  readonly positionals: readonly string[];
  readonly io: Io;
}

/** A command file exports `command = defineCommand({…})`; `run` gets typed flags. */
export function defineCommand<const F extends Flags>(
  definition: Omit<CommandHelp, 'flags'> & {
    readonly flags: F;
    run(invocation: Invocation<F>): Promise<ExitCode | { readonly misuse: string }>;
  },
): Command {
  const { run, ...help } = definition;
  const args = help.arguments ?? [];
  const positionals: Positionals = {
    names: args.map((argument) => argument.name),
    required: args.filter((argument) => argument.isOptional !== true).length,
    isRepeated: args.at(-1)?.isRepeated === true,
  };
  return {
    ...help,
    async execute(words, io) {
      const parsed = parseLine(words, help.flags, positionals);
      return parsed.ok ? run({ ...parsed.value, io }) : { misuse: parsed.error };
    },
  };
}
