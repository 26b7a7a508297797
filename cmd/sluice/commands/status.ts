import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { outputFlag } from '../cli/flags.ts';
import { paintFor } from '../cli/paint.ts';
import { controlPlaneAt, isAddress } from '../control-plane/ask.ts';
import { clusterFlags } from '../control-plane/in-cluster.ts';
import { defaultPorts } from '../defaults.ts';
import { type EnvoyView, viewEnvoy } from '../status/envoy-view.ts';
import { fetchStatus, fetchWholeStatus } from '../status/fetch-status.ts';
import { isHealthy } from '../status/health.ts';
import { statusReport } from '../status/status-report.ts';

export const command = defineCommand({
  description: [
    'Asks a running control plane what is in force: every document, every gateway, every connected Envoy and processor.',
    'Documents with a problem come first. More than 20 without one are counted by their kinds.',
    'Ends with exit code 1 if something has errors, is stale, rejected or refused, or if the control plane does not answer.',
    'The same where a gateway has no Envoy or no processor, and where the control plane cannot read its cluster.',
  ],
  flags: {
    admin: {
      kind: 'text',
      placeholder: 'URL',
      help: 'Admin address of the control plane.',
      default: `http://127.0.0.1:${defaultPorts.admin}`,
    },
    envoy: {
      kind: 'list',
      placeholder: 'PORT',
      help: 'Admin ports of Envoys on this machine, which are then asked themselves as well.',
    },
    ...clusterFlags,
    all: {
      kind: 'switch',
      help: 'Show every document, also of many that have no problem. JSON has them all in any case.',
    },
    output: outputFlag,
  },
  examples: [
    { says: 'Show how the gateway on this machine stands.', line: 'sluice status' },
    {
      says: 'Ask another control plane, from a script.',
      line: 'sluice status --admin http://10.0.0.5:10089 --output json',
    },
    { says: 'Ask the control plane of a cluster.', line: 'sluice status --kubernetes --context production' },
    { says: 'Ask an Envoy as well, by its admin port.', line: 'sluice status --envoy 9901' },
  ],
  async run({ flags, io }) {
    const noPort = flags.envoy.find((text) => !/^\d{1,5}$/.test(text));
    if (noPort !== undefined) return { misuse: `--envoy ${noPort} is not a port.` };
    if (!isAddress(flags.admin)) {
      return { misuse: `--admin ${flags.admin} is not an address. Write one such as http://127.0.0.1:10089.` };
    }
    const status = await (flags.kubernetes ? fetchWholeStatus(flags) : fetchStatus(controlPlaneAt(flags.admin)));
    if (!status.ok) {
      io.err(`sluice status: ${status.error}\n`);
      return exitCodes.failure;
    }
    const envoys: EnvoyView[] = [];
    for (const text of flags.envoy) {
      const view = await viewEnvoy(Number(text));
      if (!view.ok) {
        io.err(`sluice status: ${view.error}\n`);
        return exitCodes.failure;
      }
      envoys.push(view.value);
    }
    if (flags.output === 'json')
      io.out(`${JSON.stringify(flags.envoy.length === 0 ? status.value : { ...status.value, envoys }, null, 2)}\n`);
    else io.out(statusReport(status.value, envoys, { nowMs: Date.now(), paint: paintFor(io), isComplete: flags.all }));
    const isRefusing = envoys.some(({ types }) => types.some(({ refused }) => refused.length > 0));
    return isHealthy(status.value) && !isRefusing ? exitCodes.ok : exitCodes.failure;
  },
});
