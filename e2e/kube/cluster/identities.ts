import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
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
  readonly certificates: string;
  kubeconfig(user: User): string;
}

export function identitiesIn(folder: string): Identities {
  return {
    tokensFile: join(folder, 'tokens.csv'),
    signingKeyFile: join(folder, 'service-accounts.key'),
    certificates: join(folder, 'certificates'),
    kubeconfig: (user) => join(folder, `${user}.kubeconfig`),
  };
}

/** Makes the files. Answers the administrator's token as well, for whoever asks the API server without kubectl. */
export async function createIdentities(
  folder: string,
  serverUrl: string,
): Promise<Identities & { readonly adminToken: string }> {
  const identities = identitiesIn(folder);
  await mkdir(identities.certificates, { recursive: true });
  const tokens = new Map((Object.keys(users) as User[]).map((user) => [user, randomBytes(24).toString('hex')]));
  for (const [user, token] of tokens) {
    const text = kubeconfigText(serverUrl, authorityFile(identities), token);
    await writeFile(identities.kubeconfig(user), text, { mode: 0o600 });
  }
  const rows = [...tokens].map(([user, token]) => {
    const { name, group } = users[user];
    return `${token},${name},${name},"${group}"\n`;
  });
  await writeFile(identities.tokensFile, rows.join(''), { mode: 0o600 });
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await writeFile(identities.signingKeyFile, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 });
  return { ...identities, adminToken: tokens.get('admin') ?? '' };
}

/** The API server writes its own certificate there, and behind it the authority that signed it. */
export function authorityFile(identities: Identities): string {
  return join(identities.certificates, 'apiserver.crt');
}

/** YAML that is JSON, which every reader of kubeconfig files takes. */
function kubeconfigText(serverUrl: string, authorityFile: string, token: string): string {
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
