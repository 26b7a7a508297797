import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { runCommand } from '../../support/kube-run.ts';

/** What a node needs of the machine, and which Debian package brings it. */
const needs = [
  { file: ['/usr/bin/containerd', '/usr/sbin/containerd'], package: 'containerd' },
  { file: ['/usr/sbin/runc', '/usr/bin/runc'], package: 'runc' },
  { file: ['/usr/lib/cni/bridge'], package: 'containernetworking-plugins' },
  { file: ['/usr/sbin/nft'], package: 'nftables' },
  { file: ['/usr/sbin/conntrack'], package: 'conntrack' },
  { file: ['/sbin/ip', '/usr/sbin/ip', '/bin/ip'], package: 'iproute2' },
  { file: ['/usr/bin/unshare'], package: 'util-linux' },
] as const;

/** Installs what is missing. Where that cannot be done, fails with one sentence that says what to do. */
export async function installPackages(say: (line: string) => void): Promise<void> {
  const missing = needs.filter((need) => !need.file.some((file) => existsSync(file))).map((need) => need.package);
  if (process.getuid?.() !== 0) {
    throw new Error(
      'A cluster with pods needs root on this machine. Run `make e2e` as root, or install Docker and kind, ' +
        'or set KUBECONFIG to a cluster that may be used.',
    );
  }
  if (missing.length === 0) return;
  const advice = `Install ${missing.join(', ')}, or install Docker and kind, or set KUBECONFIG to a cluster.`;
  if (spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(`This machine lacks ${missing.join(', ')} and has no apt-get. ${advice}`);
  }
  say(`packages: installing ${missing.join(', ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await runCommand('apt-get', ['update', '--quiet'], { env, limitMs: 300_000 });
    const install = ['install', '--yes', '--quiet', '--no-install-recommends', ...missing];
    await runCommand('apt-get', install, { env, limitMs: 600_000 });
  } catch (cause) {
    throw new Error(`apt-get cannot install ${missing.join(', ')}. ${advice}\n${(cause as Error).message}`);
  }
}
