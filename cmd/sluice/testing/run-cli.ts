import { dispatch } from '../cli/dispatch.ts';
import type { Io } from '../cli/io.ts';
import { commands } from '../commands.ts';

export interface CliResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in process, as `sluice …` would. */
export async function runCli(args: readonly string[], overrides: Partial<Io> = {}): Promise<CliResult> {
  let [out, err] = ['', ''];
  const io: Io = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: {},
    cwd: process.cwd(),
    isColoured: false,
    columns: Number.POSITIVE_INFINITY,
    stop: new AbortController().signal,
    ...overrides,
  };
  return { status: await dispatch(args, commands, io), out, err };
}
