import { version } from '../../src/version.ts';
import { parseLine } from '../sluice/cli/flags.ts';
import { defaultPorts } from '../sluice/defaults.ts';

export type CommandLine =
  | { readonly kind: 'start'; readonly port: number; readonly host: string }
  /** Nothing to start: help, the version, or what is wrong with the line. */
  | { readonly kind: 'answer'; readonly exitCode: 0 | 2; readonly text: string };

const flags = {
  port: { kind: 'text', placeholder: 'PORT', help: 'The port to listen on; 0 takes any free one.', default: '' },
  host: { kind: 'text', placeholder: 'HOST', help: 'The address to listen on.', default: '127.0.0.1' },
  version: { kind: 'switch', help: 'Show the version.' },
  help: { kind: 'switch', help: 'Show this help.' },
} as const;

const help = `Starts the practice provider, which speaks like OpenAI and Anthropic and fails when told to.

  --port PORT  ${flags.port.help} Default: ${defaultPorts.practice}.
  --host HOST  ${flags.host.help} Default: ${flags.host.default}.
  --version    ${flags.version.help}
  --help       ${flags.help.help}
`;

export function readCommandLine(args: readonly string[]): CommandLine {
  const line = parseLine(args, flags, { names: [], required: 0 });
  if (!line.ok) return wrong(line.error);
  const { port, host, help: wantsHelp, version: wantsVersion } = line.value.flags;
  if (wantsHelp) return { kind: 'answer', exitCode: 0, text: help };
  if (wantsVersion) return { kind: 'answer', exitCode: 0, text: `${version}\n` };
  const number = port === '' ? defaultPorts.practice : Number(port);
  if (!/^\d*$/.test(port) || number > 65_535)
    return wrong(`--port ${port} is no port. It takes a number from 0 to 65535.`);
  return { kind: 'start', port: number, host };
}

function wrong(sentence: string): CommandLine {
  return { kind: 'answer', exitCode: 2, text: `${sentence}\n` };
}
