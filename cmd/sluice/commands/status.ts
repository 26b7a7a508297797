import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { paintFor } from '../cli/paint.ts';
import { defaultPorts } from '../defaults.ts';
import { fetchStatus } from '../status/fetch-status.ts';
import { isHealthy, statusReport } from '../status/status-report.ts';

export const command = defineCommand({
  description: [
    'Asks a running control plane what is in force: every document, every gateway, every connected Envoy and processor.',
    'Ends with exit code 1 if something is stale, rejected or refused, or if the control plane does not answer.',
  ],
  flags: {
    admin: {
      kind: 'text',
      placeholder: 'URL',
      help: 'Admin address of the control plane.',
      default: `http://127.0.0.1:${defaultPorts.admin}`,
    },
    output: outputFlag,
  },
  examples: [
    { says: 'Show how the gateway on this machine stands.', line: 'sluice status' },
    {
      says: 'Ask another control plane, from a script.',
      line: 'sluice status --admin http://10.0.0.5:10089 --output json',
    },
  ],
  async run({ flags, io }) {
    const status = await fetchStatus(flags.admin);
    if (!status.ok) {
      io.err(`sluice status: ${status.error}\n`);
      return exitCodes.failure;
    }
    if (flags.output === 'json') io.out(`${JSON.stringify(status.value, null, 2)}\n`);
    else io.out(statusReport(status.value, Date.now(), paintFor(io)));
    return isHealthy(status.value) ? exitCodes.ok : exitCodes.failure;
  },
});
