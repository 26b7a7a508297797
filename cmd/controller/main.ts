import { readFileSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Address, startControlPlane } from '../../src/controller/control-plane.ts';
import { folderSource } from '../../src/controller/sources/files/open.ts';
import { systemCaFile } from '../../src/envoy/system-ca.ts';
import { acceptsEnvoy } from '../../src/envoy/version.ts';
import { createLogger } from '../../src/lib/log.ts';
import { version } from '../../src/version.ts';
import { explainPage } from './explain-page.ts';

const help = `Serves the configuration of Envoys and processors from a policy folder, and follows its changes.

Usage: controller --policy DIR [flags]

  --policy DIR         Policy folder.
  --xds HOST:PORT      Where Envoys and processors connect. Default 127.0.0.1:18000.
  --admin HOST:PORT    Status, health and metrics. Default 127.0.0.1:10089.
  --tls-cert FILE      Certificate of the xDS port, PEM. Without it the port is plain text.
  --tls-key FILE       Its private key, PEM.
  --tls-client-ca FILE Serve only clients whose certificate is signed by one of these.
  --system-ca FILE     Certificates that public providers are verified against, on the Envoys' machines.
  --help               Show this text.

Environment: SLUICE_LOG_LEVEL (trace, debug, info, warn, error). Exit codes: 0 ok, 1 failure, 2 misuse.

Example: controller --policy /etc/sluice/policy --xds 0.0.0.0:18000
`;

const drainGraceMs = 5_000;

function fail(message: string, code: number): never {
  process.stderr.write(`controller: ${message}\n`);
  process.exit(code);
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        policy: { type: 'string' },
        xds: { type: 'string', default: '127.0.0.1:18000' },
        admin: { type: 'string', default: '127.0.0.1:10089' },
        'tls-cert': { type: 'string' },
        'tls-key': { type: 'string' },
        'tls-client-ca': { type: 'string' },
        'system-ca': { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail(`${(error as Error).message} See --help.`, 2);
  }
}

function addressOf(flag: string, text: string): Address {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match?.[1] === undefined || port > 65_535) return fail(`--${flag} ${text} is not HOST:PORT.`, 2);
  return { host: match[1].replace(/^\[|\]$/g, ''), port };
}

function readFlagFile(flag: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    return fail(`--${flag}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, 1);
  }
}

const flags = readFlags();
if (flags.help) {
  process.stdout.write(help);
  process.exit(0);
}
const folder = flags.policy ?? fail('--policy DIR is missing. See --help.', 2);
if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) fail(`${folder} is not a folder.`, 1);
const { 'tls-cert': certFile, 'tls-key': keyFile, 'tls-client-ca': clientCaFile } = flags;
if ((certFile === undefined) !== (keyFile === undefined)) fail('--tls-cert and --tls-key belong together.', 2);
if (clientCaFile !== undefined && certFile === undefined) fail('--tls-client-ca needs --tls-cert and --tls-key.', 2);

const log = createLogger({ name: 'controller' });
const plane = await startControlPlane({
  version,
  source: folderSource({ folder, env: process.env }),
  xds: addressOf('xds', flags.xds),
  admin: addressOf('admin', flags.admin),
  ...(certFile !== undefined &&
    keyFile !== undefined && {
      tls: {
        certificate: readFlagFile('tls-cert', certFile),
        privateKey: readFlagFile('tls-key', keyFile),
        ...(clientCaFile !== undefined && { clientCa: readFlagFile('tls-client-ca', clientCaFile) }),
      },
    }),
  pages: (gateways) => ({ '/explain': explainPage(gateways) }),
  log,
  acceptsEnvoy,
  translate: { systemCaFile: flags['system-ca'] ?? systemCaFile(process.env) },
}).catch((error: NodeJS.ErrnoException) => fail(`cannot start: ${error.message}`, 1));
log.info({ policy: folder, xds: plane.xdsPort, admin: plane.adminPort }, 'serving');

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    void plane.close(drainGraceMs).then(() => process.exit(0));
  });
}
