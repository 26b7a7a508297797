import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { paintFor } from '../cli/paint.ts';
import { alignRows } from '../cli/table.ts';
import { cellsOf, columns, complaintOf, complaintOfUnreadable } from '../limits/counter-row.ts';
import { findCounters } from '../limits/find-counters.ts';

export const command = defineCommand({
  description: [
    'Shows how far limits and budgets are used: what is spent, what running requests have reserved, what is left.',
    'The figures come from the store that the policy names: its Redis, or the snapshot file of the memory store.',
    'They are compared with the reservations behind them; where they differ, it says so on standard error.',
  ],
  flags: {
    key: { kind: 'text', placeholder: 'NAME', help: 'Only counters of this ApiKey.' },
    limit: { kind: 'text', placeholder: 'NAME', help: 'Only counters of this Limit or Budget.' },
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.', default: '.' },
    output: outputFlag,
  },
  examples: [
    { says: 'Show what a key has used.', line: 'sluice limits show --policy policy --key checkout' },
    { says: 'For a script.', line: 'sluice limits show --policy policy --output json' },
  ],
  async run({ flags, io }) {
    const found = await findCounters(flags, io);
    if (!found.ok) {
      io.err(`sluice limits show: ${found.error}\n`);
      return exitCodes.failure;
    }
    const { rows, unreadable, source, store } = found.value;
    await store.close();
    for (const owner of unreadable) io.err(`${complaintOfUnreadable(owner)}\n`);
    if (flags.output === 'json') {
      io.out(`${JSON.stringify({ source, counters: rows, unreadable }, null, 2)}\n`);
      return exitCodes.ok;
    }
    if (rows.length === 0) {
      io.out(`Nothing has been counted yet (${source}).\n`);
      return exitCodes.ok;
    }
    const paint = paintFor(io);
    const lines = alignRows([columns.map((column) => paint('bold', column)), ...rows.map(cellsOf)]);
    io.out(`${lines.join('\n')}\n\nFrom ${source}.\n`);
    for (const complaint of rows.map(complaintOf)) if (complaint !== undefined) io.err(`${complaint}\n`);
    return exitCodes.ok;
  },
});
