import type { Argument, CommandHelp, Example } from './command.ts';
import type { Flag } from './flags.ts';
import { alignRows } from './table.ts';

export interface HelpRow {
  readonly name: string;
  readonly summary: string;
}

export function overview(rows: readonly HelpRow[]): string {
  return lines([
    'Sluice is an AI gateway: policy in, Envoy out.',
    '',
    'Usage: sluice COMMAND [FLAGS]',
    '',
    'Commands:',
    ...alignRows(
      rows.map((row) => [row.name, row.summary]),
      '  ',
    ),
    '',
    'Examples:',
    ...exampleLines([
      { says: 'Start the gateway with a policy folder.', line: 'sluice run --policy examples/quickstart' },
      { says: 'Check a policy folder before it goes anywhere.', line: 'sluice validate examples/quickstart' },
      { says: 'Show the flags of one command.', line: 'sluice keys create --help' },
    ]),
    '',
    'Exit codes: 0 is success, 1 is a finding or a failure, 2 is a wrong command line.',
    'Results go to standard output, everything else to standard error. NO_COLOR turns colours off.',
  ]);
}

export function commandHelp(name: string, help: CommandHelp): string {
  const args = help.arguments ?? [];
  const usage = args.map(usageOf);
  const flags = [...Object.entries(help.flags), ['help', { kind: 'switch', help: 'Show this help.' }] as const];
  return lines([
    ...help.description,
    '',
    `Usage: ${['sluice', name, ...usage, '[FLAGS]'].join(' ')}`,
    '',
    ...section(
      'Arguments:',
      args.map((argument) => [argument.name, argument.help]),
    ),
    ...section(
      'Flags:',
      flags.map(([flagName, flag]) => [flagUsage(flagName, flag), flagHelp(flag)]),
    ),
    'Examples:',
    ...exampleLines(help.examples),
  ]);
}

function usageOf({ name, isOptional, isRepeated }: Argument): string {
  const word = isRepeated === true ? `${name}…` : name;
  return isOptional === true ? `[${word}]` : word;
}

function section(title: string, rows: readonly (readonly string[])[]): string[] {
  return rows.length === 0 ? [] : [title, ...alignRows(rows, '  '), ''];
}

function flagUsage(name: string, flag: Flag): string {
  return flag.kind === 'switch' ? `--${name}` : `--${name} ${flag.placeholder}`;
}

function flagHelp(flag: Flag): string {
  if (flag.kind !== 'text' || flag.default === undefined) return flag.help;
  // The name of this folder and the end of the sentence would read as the folder above.
  return `${flag.help} Default: ${flag.default === '.' ? 'the current folder' : flag.default}.`;
}

function exampleLines(examples: readonly Example[]): string[] {
  return examples.flatMap((example) => [`  # ${example.says}`, `  ${example.line}`]);
}

function lines(all: readonly string[]): string {
  return `${all.join('\n')}\n`;
}
