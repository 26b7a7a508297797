import { setTimeout as sleep } from 'node:timers/promises';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import type { PeekOutcome, Store } from '../../../src/limits/store.ts';
import type { Program } from '../../../src/program/program.ts';
import type { Io } from '../cli/io.ts';
import { compileProgram } from '../explain/explanation.ts';
import { loadPolicy } from '../policy/load-policy.ts';
import { problemReport } from '../policy/problem-report.ts';
import { type CounterOwner, type CounterRow, counterOwner, counterRow } from './counter-row.ts';
import { type OpenStore, openStore } from './open-store.ts';

export interface Wanted {
  readonly policy: string;
  /** Counters of this key only; undefined: of everybody. */
  readonly key: string | undefined;
  readonly limit: string | undefined;
}

export interface Found extends OpenStore {
  readonly rows: readonly CounterRow[];
  /** In whose place there is something else. */
  readonly unreadable: readonly CounterOwner[];
}

const connectMs = 3_000;

/** The counters of a policy that are wanted, out of the store in which they are kept. The caller closes the store. */
export async function findCounters({ policy, key, limit }: Wanted, io: Io): Promise<Result<Found>> {
  const { built, problems } = await loadPolicy(policy, io, { skipSecrets: false });
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (errors.length > 0) io.err(`${problemReport(errors, io)}\n`);
  const [gateway] = built.gateways;
  const program = gateway && compileProgram(gateway);
  if (program === undefined) return err('The folder makes no gateway. Check it with `sluice validate`.');
  const unknown = unknownName(program, key, limit);
  if (unknown !== undefined) return err(unknown);
  const isWanted = (owner: CounterOwner): boolean =>
    (key === undefined || isOfKey(owner, key, program)) && (limit === undefined || owner.name === limit);
  const opened = await openStore(program);
  if (!opened.ok) return opened;
  try {
    await connected(opened.value.store);
    const reports = await opened.value.store.list('');
    const rows = reports
      .map((report) => counterRow(report, program, Date.now()))
      .filter((row) => row !== undefined)
      .filter(isWanted);
    const unreadable = (await opened.value.store.listUnreadable(''))
      .map(counterOwner)
      .filter((owner) => owner !== undefined)
      .filter(isWanted);
    return ok({ ...opened.value, rows, unreadable });
  } catch (error) {
    await opened.value.store.close();
    const because = error instanceof Error ? error.message : '';
    return err(`${opened.value.source} cannot be asked${because && `: ${because}`}. ${remedyFor(because)}`);
  }
}

/** Of nobody else: its own one of several, or the only one of what is for this key alone. */
function isOfKey({ kind, name, per }: CounterOwner, key: string, { limits, budgets }: Program): boolean {
  if (per.key !== undefined) return per.key === key;
  const index = (kind === 'limit' ? limits : budgets).all.find((each) => each.name === name)?.scope.index;
  return index?.part === 'key' && index.values.every((value) => value === key);
}

function remedyFor(because: string): string {
  if (/WRONGPASS|NOAUTH|NOPERM/.test(because)) {
    return 'Check user and password of `store.redis` in the policy, and what the user may do.';
  }
  return because.startsWith('Redis answered') ? 'Try again later.' : 'Is it running, and may this machine reach it?';
}

/** A Redis is connected to in the background. */
async function connected(store: Store): Promise<void> {
  for (const deadline = Date.now() + connectMs; ; ) {
    const outcome = await new Promise<PeekOutcome>((resolve) => store.peek([], resolve));
    if (outcome.kind === 'figures') return;
    if (Date.now() > deadline) throw new Error(outcome.message);
    await sleep(20);
  }
}

function unknownName(program: Program, key: string | undefined, limit: string | undefined): string | undefined {
  if (key !== undefined && ![...program.keys.values()].some(({ name }) => name === key)) {
    return `There is no ApiKey ${key} in the policy.`;
  }
  const names = [...program.limits.all, ...program.budgets.all].map(({ name }) => name);
  if (limit === undefined || names.includes(limit)) return undefined;
  const there = names.length === 0 ? 'There are none.' : `There is ${names.join(', ')}.`;
  return `There is no Limit or Budget ${limit} in the policy. ${there}`;
}
