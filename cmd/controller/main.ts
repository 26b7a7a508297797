import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { hostname } from 'node:os';
import { startClusterPlane } from '../../src/controller/cluster/plane.ts';
import { type ControlPlane, type ControlPlaneOptions, startControlPlane } from '../../src/controller/control-plane.ts';
import { folderSource } from '../../src/controller/sources/files/open.ts';
import { systemCaFile } from '../../src/envoy/system-ca.ts';
import { acceptsEnvoy } from '../../src/envoy/version.ts';
import { connectKubeClient } from '../../src/kube/client.ts';
import { endOnCrash } from '../../src/lib/crash.ts';
import { createLogger } from '../../src/lib/log.ts';
import { err, ok, type Result } from '../../src/lib/result.ts';
import { version } from '../../src/version.ts';
import type { XdsServerTls } from '../../src/xds/server/server.ts';
import type { ClusterFlags } from './cluster-flags.ts';
import { explainPage } from './explain-page.ts';
import { help } from './flags.ts';
import { readFlags } from './options.ts';
import { publicUrlIn } from './public-url.ts';
import { followTlsFiles, readTlsFiles } from './tls-files.ts';

const drainGraceMs = 5_000;

function fail(message: string, code: number): never {
  process.stderr.write(`controller: ${message}\n`);
  process.exit(code);
}

const flags = readFlags(process.argv.slice(2), process.env, hostname());
if (!flags.ok) fail(flags.error, 2);
if (flags.value === 'help' || flags.value === 'version') {
  process.stdout.write(flags.value === 'help' ? help : `${version}\n`);
  process.exit(0);
}
const { source, tls: tlsFiles, xds, admin, systemCa, publicUrlFile } = flags.value;

const tls = tlsFiles && readTlsFiles(tlsFiles);
if (tls?.ok === false) fail(tls.error, 1);

const log = createLogger({ name: 'controller' });
endOnCrash(log, 'the controller cannot go on');
const common = {
  version,
  xds,
  admin,
  pages: (gateways) => ({ '/explain': explainPage(gateways) }),
  ...(publicUrlFile !== undefined && { publicUrl: () => publicUrlIn(publicUrlFile) }),
  log,
  acceptsEnvoy,
  translate: { systemCaFile: systemCa ?? systemCaFile(process.env) },
} satisfies Partial<ControlPlaneOptions>;

const plane = await ('folder' in source ? ofFolder(source.folder, tls?.value) : ofCluster(source, tls?.value)).catch(
  (error: NodeJS.ErrnoException) => fail(`cannot start: ${error.message}`, 1),
);
if (!plane.ok) fail(plane.error, 1);
const { xdsPort, adminPort, reloadTls } = plane.value;
const followed = tlsFiles && tls && followTlsFiles(tlsFiles, tls.value, reloadTls);
log.info({ policy: 'folder' in source ? source.folder : 'cluster', xds: xdsPort, admin: adminPort }, 'serving');

async function ofFolder(folder: string, given: XdsServerTls | undefined): Promise<Result<ControlPlane>> {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return err(`${folder} is not a folder.`);
  return ok(
    await startControlPlane({
      ...common,
      source: folderSource({ folder, env: process.env }),
      ...(given && { tls: given }),
    }),
  );
}

async function ofCluster(cluster: ClusterFlags, given: XdsServerTls | undefined): Promise<Result<ControlPlane>> {
  const { kubeconfig, context, deployment, stateFolder, xdsTls, identity, ...rest } = cluster;
  const client = await connectKubeClient({
    ...(kubeconfig !== undefined && { kubeconfig }),
    ...(context !== undefined && { context }),
    userAgent: `sluice-controller/${version}`,
  });
  if (!client.ok) return err(`No cluster: ${client.error}. Name one with --kubeconfig or --context.`);
  return startClusterPlane({
    ...common,
    ...rest,
    client: client.value,
    // A pod that starts again has its name again, and must not take the Lease of its former self for its own.
    identity: `${identity}_${randomUUID().slice(0, 8)}`,
    ...(deployment !== undefined && { deployment }),
    ...(stateFolder !== undefined && { stateFolder }),
    tls: xdsTls === 'supplied' && given !== undefined ? given : xdsTls === 'off' ? 'off' : 'own',
  });
}

let isStopping = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    log.info({ signal }, 'stopping');
    followed?.close();
    void plane.value.close(drainGraceMs).then(() => process.exit(0));
  });
}
