import { hostname } from 'node:os';
import { parseArgs } from 'node:util';
import type { Address } from '../../src/extproc/transport/address.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import type { ClientTls } from '../../src/program/client/channel.ts';
import { version } from '../../src/version.ts';
import { xdsTls } from './xds-tls.ts';

export interface ProcessorOptions {
  readonly listen: Address;
  /** Which of the processes beside one Envoy this is. */
  readonly index: number;
  readonly peers: ReadonlyMap<number, Address>;
  readonly xds: { readonly address: string; readonly tls?: () => ClientTls };
  readonly node: { readonly id: string; readonly cluster: string; readonly gateway: string; readonly version: string };
  readonly admin: { readonly host: string; readonly port: number };
  /** How long open streams may take to end on shutdown. */
  readonly graceMs: number;
  /** The Envoy to empty first, where nobody else tells it: in a pod. */
  readonly envoy?: EnvoyDrain;
}

export interface EnvoyDrain {
  /** Of its admin page, on loopback. */
  readonly adminPort: number;
  /** It stays at least so long, until everyone has heard that new connections go elsewhere. */
  readonly minMs: number;
  /** Requests may take so long to end. */
  readonly maxMs: number;
}

export const usage = `Usage: sluice processor [options]

Decides about requests for an Envoy on the same machine, by the program that the control plane sends.

  --listen ADDRESS      where Envoy reaches it: unix:/path or host:port (default 127.0.0.1:18001)
  --index N             which of the processes beside one Envoy this is, from 0 (default 0)
  --peer N=ADDRESS      another of these processes; once for each
  --xds HOST:PORT       the control plane (default 127.0.0.1:18000)
  --xds-ca FILE         verify the control plane by these certificates; turns TLS on. All three files may rotate
  --xds-cert FILE       client certificate for the control plane
  --xds-key FILE        its private key
  --gateway NAME        the Gateway it serves (default: the only one)
  --node-id ID          its name in the control plane's status (default host name, process and index)
  --admin HOST:PORT     /metrics, /healthz, /readyz (default 127.0.0.1:18002; port 0: any free one)
  --grace SECONDS       time for open requests on shutdown (default 10)
  --envoy-admin PORT    on shutdown, first empty the Envoy with this admin page: in pods, where both are to end
  --drain-min SECONDS   with --envoy-admin: stay at least so long (default 10)
  --drain-max SECONDS   with --envoy-admin: how long requests may take to end (default 300)
  --version             the version
  --help                this text

Each option can also be given in the environment: SLUICE_PROCESSOR_LISTEN, SLUICE_PROCESSOR_XDS_CA, and so on; peers
separated by commas. SLUICE_LOG_LEVEL sets how much is logged (info).

Exit codes: 0 ended as asked, 1 failed while starting or running, 2 wrong usage.

Examples:
  sluice processor --listen unix:/run/sluice/p0.sock --xds 127.0.0.1:18000
  sluice processor --listen unix:/run/sluice/p1.sock --index 1 --peer 0=unix:/run/sluice/p0.sock
`;

const flags = {
  listen: { type: 'string' },
  index: { type: 'string' },
  peer: { type: 'string', multiple: true },
  xds: { type: 'string' },
  'xds-ca': { type: 'string' },
  'xds-cert': { type: 'string' },
  'xds-key': { type: 'string' },
  gateway: { type: 'string' },
  'node-id': { type: 'string' },
  admin: { type: 'string' },
  grace: { type: 'string' },
  'envoy-admin': { type: 'string' },
  'drain-min': { type: 'string' },
  'drain-max': { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const environmentPrefix = 'SLUICE_PROCESSOR_';

/** `help` or `version` where only the text was asked for. An error is one sentence. */
export function readOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Result<ProcessorOptions | 'help' | 'version'> {
  let values: ReturnType<typeof parse>;
  try {
    values = parse(args);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
  if (values.help === true) return ok('help');
  if (values.version === true) return ok('version');
  const text = (name: Exclude<keyof typeof flags, 'peer' | 'help' | 'version'>, fallback: string): string =>
    values[name] ?? environment[environmentPrefix + name.toUpperCase().replaceAll('-', '_')] ?? fallback;

  const listen = parseAddress(text('listen', '127.0.0.1:18001'));
  if (listen === undefined) return err(`--listen: ${addressFault(text('listen', ''))}`);
  const index = count(text('index', '0'));
  if (index === undefined || index > 999_999) return err('--index: must be a number from 0 to 999999');
  const peers = new Map<number, Address>();
  const peerTexts = values.peer ?? environment.SLUICE_PROCESSOR_PEER?.split(',').filter((peer) => peer !== '') ?? [];
  for (const peer of peerTexts) {
    const [peerIndex, ...rest] = peer.split('=');
    const number = count(peerIndex ?? '');
    const address = parseAddress(rest.join('='));
    if (number === undefined || address === undefined) return err(`--peer: "${peer}" is not INDEX=ADDRESS`);
    if (number !== index) peers.set(number, address);
  }
  const xds = text('xds', '127.0.0.1:18000');
  if (parseAddress(xds) === undefined) return err(`--xds: ${addressFault(xds)}`);
  const admin = parseAddress(text('admin', '127.0.0.1:18002'));
  if (admin === undefined || 'path' in admin) return err('--admin: must be host:port');
  const grace = Number(text('grace', '10'));
  if (!Number.isFinite(grace) || grace < 0) return err('--grace: must be a number of seconds');
  const tls = xdsTls({
    ca: text('xds-ca', ''),
    certificate: text('xds-cert', ''),
    privateKey: text('xds-key', ''),
  });
  if (!tls.ok) return tls;
  const envoy = envoyDrain(text('envoy-admin', ''), text('drain-min', '10'), text('drain-max', '300'));
  if (!envoy.ok) return envoy;
  const gateway = text('gateway', '');
  return ok({
    listen,
    index,
    peers,
    xds: { address: xds, ...(tls.value !== undefined && { tls: tls.value }) },
    node: {
      id: text('node-id', `${hostname()}-${process.pid}-${index}`),
      cluster: gateway === '' ? 'sluice' : gateway,
      gateway,
      version,
    },
    admin,
    graceMs: grace * 1000,
    ...(envoy.value !== undefined && { envoy: envoy.value }),
  });
}

function envoyDrain(adminText: string, minText: string, maxText: string): Result<EnvoyDrain | undefined> {
  if (adminText === '') return ok(undefined);
  const adminPort = count(adminText);
  if (adminPort === undefined || adminPort > 65_535) return err('--envoy-admin: must be a port');
  const [min, max] = [Number(minText), Number(maxText)];
  if (!(min >= 0)) return err('--drain-min: must be a number of seconds');
  if (!(max >= min && Number.isFinite(max)))
    return err('--drain-max: must be a number of seconds, and no less than --drain-min');
  return ok({ adminPort, minMs: min * 1000, maxMs: max * 1000 });
}

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, strict: true, allowPositionals: false }).values;
}

/** `unix:/path` or `host:port`, IPv6 in brackets. */
export function parseAddress(text: string): Address | undefined {
  if (text.startsWith('unix:')) return text.length > 5 ? { path: text.slice(5) } : undefined;
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2];
  return host !== undefined && port <= 65_535 ? { host, port } : undefined;
}

function addressFault(text: string): string {
  return `"${text}" is neither unix:/path nor host:port`;
}

function count(text: string): number | undefined {
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
