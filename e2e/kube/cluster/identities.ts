import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Who talks to the API server. Tokens from a file instead of client certificates: the API server makes its own serving
 * certificate, and so a whole throw-away cluster needs no certificate authority.
 */
const users = {
  admin: { name: 'admin', group: 'system:masters' },
  'controller-manager': { name: 'system:kube-controller-manager', group: '' },
  scheduler: { name: 'system:kube-scheduler', group: '' },
  kubelet: { name: 'system:node:node1', group: 'system:nodes' },
  proxy: { name: 'system:kube-proxy', group: '' },
} as const;

export type User = keyof typeof users;

/** Files in one folder, known by their names to whoever starts a component. */
export interface Identities {
  readonly tokensFile: string;
  readonly signingKeyFile: string;
  /** Where the API server puts `apiserver.crt`, which holds its authority as well. */
  readonly certificates: string;
  readonly adminToken: string;
  kubeconfig(user: User): string;
}

export async function createIdentities(folder: string, serverUrl: string): Promise<Identities> {
  const tokensFile = join(folder, 'tokens.csv');
  const signingKeyFile = join(folder, 'service-accounts.key');
  const certificates = join(folder, 'certificates');
  const rows: string[] = [];
  let adminToken = '';
  for (const [user, { name, group }] of Object.entries(users)) {
    const token = randomBytes(24).toString('hex');
    if (user === 'admin') adminToken = token;
    rows.push(`${token},${name},${name},"${group}"\n`);
    const text = kubeconfigText(serverUrl, join(certificates, 'apiserver.crt'), token);
    await writeFile(join(folder, `${user}.kubeconfig`), text, { mode: 0o600 });
  }
  await writeFile(tokensFile, rows.join(''), { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(signingKeyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  return {
    tokensFile,
    signingKeyFile,
    certificates,
    adminToken,
    kubeconfig: (user) => join(folder, `${user}.kubeconfig`),
  };
}

/** YAML that is JSON, which every reader of kubeconfig files takes. */
export function kubeconfigText(serverUrl: string, authorityFile: string, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server: serverUrl, 'certificate-authority': authorityFile } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'user' } }],
    'current-context': 'local',
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
