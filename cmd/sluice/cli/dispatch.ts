import { suggest } from '../../../src/lib/suggest.ts';
import type { Command } from './command.ts';
import { type ExitCode, exitCodes } from './exit-code.ts';
import { commandHelp, overview } from './help.ts';
import type { Io } from './io.ts';

/** A row of the dispatch table. The file is loaded only when its command is called, so that start-up stays quick. */
export interface CommandRow {
  /** One word, or two for a group: `keys create`. */
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<{ readonly command: Command }>;
}

export async function dispatch(args: readonly string[], rows: readonly CommandRow[], io: Io): Promise<ExitCode> {
  const [first = ''] = args;
  if (isHelp(first) || first === 'help') return helpOf(args.slice(1), rows, io);
  if (first === '--version') return dispatch(['version', ...args.slice(1)], rows, io);
  const row = find(args, rows);
  if (row === undefined) return unknownCommand(args, rows, io);
  const rest = args.slice(row.name.split(' ').length);
  const { command } = await row.load();
  if (asksForHelp(rest)) {
    io.out(commandHelp(row.name, command, io.columns));
    return exitCodes.ok;
  }
  const outcome = await command.execute(rest, io);
  if (typeof outcome === 'number') return outcome;
  return misuse(`sluice ${row.name}: ${outcome.misuse}`, `sluice ${row.name} --help`, io);
}

function find(args: readonly string[], rows: readonly CommandRow[]): CommandRow | undefined {
  const [first, second] = args;
  return rows.find((row) => row.name === `${first} ${second}`) ?? rows.find((row) => row.name === first);
}

async function helpOf(args: readonly string[], rows: readonly CommandRow[], io: Io): Promise<ExitCode> {
  if (args.length === 0) {
    io.out(overview(rows, io.columns));
    return exitCodes.ok;
  }
  const row = find(args, rows);
  if (row === undefined) return unknownCommand(args, rows, io);
  io.out(commandHelp(row.name, (await row.load()).command, io.columns));
  return exitCodes.ok;
}

function unknownCommand(args: readonly string[], rows: readonly CommandRow[], io: Io): ExitCode {
  const [first, second] = args;
  if (first === undefined) {
    io.err(overview(rows, io.columns));
    return exitCodes.misuse;
  }
  const group = rows.filter((row) => row.name.startsWith(`${first} `));
  if (group.length > 0 && (second === undefined || asksForHelp(args.slice(1)))) {
    const isAsked = second !== undefined;
    (isAsked ? io.out : io.err)(overview(group, io.columns));
    return isAsked ? exitCodes.ok : exitCodes.misuse;
  }
  const words = group.length > 0 ? `${first} ${second}` : first;
  const near = suggest(
    words,
    rows.map((row) => row.name),
  );
  const meant = near === undefined ? '' : ` Did you mean "sluice ${near}"?`;
  return misuse(`sluice: Unknown command "${words}".${meant}`, 'sluice --help', io);
}

function misuse(text: string, help: string, io: Io): ExitCode {
  io.err(`${text}\nRun "${help}" to see what is possible.\n`);
  return exitCodes.misuse;
}

function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).some(isHelp);
}

function isHelp(word: string): boolean {
  return word === '--help' || word === '-h';
}
