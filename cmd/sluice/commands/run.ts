import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineCommand } from '../cli/command.ts';
import { exitCodes } from '../cli/exit-code.ts';
import { defaultPorts } from '../defaults.ts';
import { runGateway } from '../run/gateway.ts';

export const command = defineCommand({
  description: [
    'Runs a complete gateway on this machine: control plane, processor and Envoy, as one process tree.',
    'A saved document takes effect at once. Ctrl-C drains: requests that run may finish, then everything ends; a second Ctrl-C ends it at once.',
    'Where nobody reads its output any more, as behind `head`, it drains as well, says so, and ends with exit code 141.',
    'If OPENAI_API_KEY or ANTHROPIC_API_KEY is set, these providers and some of their models are added.',
  ],
  flags: {
    policy: { kind: 'text', placeholder: 'DIR', help: 'The policy folder.' },
    gateway: { kind: 'text', placeholder: 'NAME', help: 'Which Gateway to run, where the folder has several.' },
    processors: {
      kind: 'text',
      placeholder: 'N',
      help: 'Processor processes beside the Envoy, about one for each core.',
      default: '1',
    },
    admin: {
      kind: 'text',
      placeholder: 'PORT',
      help: 'Port for status and metrics, on loopback.',
      default: String(defaultPorts.admin),
    },
    practice: {
      kind: 'text',
      placeholder: 'PORT',
      help: 'Port of the practice provider, which is started if a Provider names it on this machine.',
      default: String(defaultPorts.practice),
    },
    drain: {
      kind: 'text',
      placeholder: 'SECONDS',
      help: 'How long requests may take to finish after Ctrl-C.',
      default: '10',
    },
  },
  examples: [
    { says: 'Try it, without account or network.', line: 'sluice run --policy examples/quickstart' },
    {
      says: 'Run your own policy with an Envoy of your own.',
      line: 'ENVOY_BIN=/usr/local/bin/envoy sluice run --policy policy',
    },
  ],
  async run({ flags, io }) {
    if (flags.policy === undefined) return { misuse: 'The policy folder is missing: --policy DIR.' };
    const processors = wholeNumber(flags.processors, 1, 64);
    if (processors === undefined) return { misuse: `--processors ${flags.processors} is not a number from 1 to 64.` };
    const adminPort = wholeNumber(flags.admin, 0, 65_535);
    if (adminPort === undefined) return { misuse: `--admin ${flags.admin} is not a port.` };
    const practicePort = wholeNumber(flags.practice, 1, 65_535);
    if (practicePort === undefined) return { misuse: `--practice ${flags.practice} is not a port.` };
    const drainSeconds = wholeNumber(flags.drain, 0, 3_600);
    if (drainSeconds === undefined) return { misuse: `--drain ${flags.drain} is not a number from 0 to 3600.` };
    const folder = resolve(io.cwd, flags.policy);
    if (!isFolder(folder)) {
      io.err(`sluice: ${folder} is not a folder that can be read. Name the folder that holds the policy documents.\n`);
      return exitCodes.failure;
    }
    const failure = await runGateway(
      { folder, gateway: flags.gateway, processors, adminPort, practicePort, drainMs: drainSeconds * 1000 },
      io,
    );
    if (failure === undefined) return exitCodes.ok;
    io.err(`sluice: ${failure}\n`);
    return exitCodes.failure;
  },
});

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function wholeNumber(text: string, from: number, to: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= from && value <= to ? value : undefined;
}
