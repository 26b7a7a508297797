import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { findCounters } from '../limits/find-counters.ts';

export const command = defineCommand({
  description: [
    'Forgets what has been counted, so that limits and budgets begin anew. Requests that run are settled all the same.',
    'Needs --key or --limit, or --all: nobody should reset everything by mistake.',
  ],
  flags: {
    key: { kind: 'text', placeholder: 'NAME', help: 'Counters of this ApiKey.' },
    limit: { kind: 'text', placeholder: 'NAME', help: 'Counters of this Limit or Budget.' },
    all: { kind: 'switch', help: 'Every counter of the policy.' },
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.', default: '.' },
    output: outputFlag,
  },
  examples: [
    {
      says: 'Give a key its monthly budget again.',
      line: 'sluice limits reset --policy policy --key checkout --limit month',
    },
  ],
  async run({ flags, io }) {
    const isNamed = flags.key !== undefined || flags.limit !== undefined;
    if (isNamed === flags.all) return { misuse: 'Say what to reset: --key, --limit, or --all alone.' };
    const found = await findCounters(flags, io);
    if (!found.ok) {
      io.err(`sluice limits reset: ${found.error}\n`);
      return exitCodes.failure;
    }
    const { rows, unreadable, source, store, isCopy } = found.value;
    if (isCopy) {
      await store.close();
      io.err(`sluice limits reset: Only ${source} is there; the processor would write it again. Restart it without.\n`);
      return exitCodes.failure;
    }
    const keys = [...rows, ...unreadable].map(({ counter }) => counter);
    let count = 0;
    try {
      if (keys.length > 0) count = await store.reset({ keys });
    } catch (error) {
      // Redis says in a word what it minds: a replica, no right to it.
      const because = error instanceof Error ? error.message : String(error);
      io.err(`sluice limits reset: ${source} did not reset them: ${because}\n`);
      return exitCodes.failure;
    } finally {
      await store.close();
    }
    if (flags.output === 'json') io.out(`${JSON.stringify({ reset: keys }, null, 2)}\n`);
    else io.out(`${count === 1 ? '1 counter begins' : `${count} counters begin`} anew (${source}).\n`);
    return exitCodes.ok;
  },
});
