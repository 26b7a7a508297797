import type { Argument, CommandHelp, Example } from './command.ts';
import type { Flag } from './flags.ts';
import { alignRows, wrapText } from './table.ts';

const indent = '  ';
const gap = '  ';

export interface HelpRow {
  readonly name: string;
  readonly summary: string;
}

/** `columns`: width of the terminal; infinite where there is none. */
export function overview(rows: readonly HelpRow[], columns = Number.POSITIVE_INFINITY): string {
  return lines([
    'Sluice is an AI gateway: policy in, Envoy out.',
    '',
    'Usage: sluice COMMAND [FLAGS]',
    '',
    'Commands:',
    ...listed(
      rows.map((row) => [row.name, row.summary]),
      columns,
    ),
    '',
    'Examples:',
    ...exampleLines([
      { says: 'Start the gateway with a policy folder.', line: 'sluice run --policy examples/quickstart' },
      { says: 'Check a policy folder before it goes anywhere.', line: 'sluice validate examples/quickstart' },
      { says: 'Show the flags of one command.', line: 'sluice keys create --help' },
    ]),
    '',
    ...wrapText('Exit codes: 0 is success, 1 is a finding or a failure, 2 is a wrong command line.', columns),
    ...wrapText(
      'Results go to standard output, everything else to standard error. NO_COLOR turns colours off.',
      columns,
    ),
  ]);
}

export function commandHelp(name: string, help: CommandHelp, columns = Number.POSITIVE_INFINITY): string {
  const args = help.arguments ?? [];
  const usage = args.map(usageOf);
  const flags = [...Object.entries(help.flags), ['help', { kind: 'switch', help: 'Show this help.' }] as const];
  return lines([
    ...help.description.flatMap((line) => wrapText(line, columns)),
    '',
    `Usage: ${['sluice', name, ...usage, '[FLAGS]'].join(' ')}`,
    '',
    ...section(
      'Arguments:',
      args.map((argument) => [argument.name, argument.help]),
      columns,
    ),
    ...section(
      'Flags:',
      flags.map(([flagName, flag]) => [flagUsage(flagName, flag), flagHelp(flag)]),
      columns,
    ),
    'Examples:',
    ...exampleLines(help.examples),
  ]);
}

function usageOf({ name, isOptional, isRepeated }: Argument): string {
  const word = isRepeated === true ? `${name}…` : name;
  return isOptional === true ? `[${word}]` : word;
}

function section(title: string, rows: readonly NameAndText[], columns: number): string[] {
  return rows.length === 0 ? [] : [title, ...listed(rows, columns), ''];
}

type NameAndText = readonly [name: string, text: string];

/** Names, and beside them what is said of each, as wide as the terminal. */
function listed(rows: readonly NameAndText[], columns: number): string[] {
  const names = Math.max(...rows.map(([name]) => name.length));
  // In a terminal that has no room for a second column, lines may as well be long.
  const width = Math.max(columns - names - indent.length - gap.length, 30);
  const cells = rows.flatMap(([name, text]) => wrapText(text, width).map((line, at) => [at === 0 ? name : '', line]));
  return alignRows(cells, indent, gap);
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
