import { issued, type SecretKind } from '../kind.ts';

/** Options and arguments up to the one with the password: what ends a command ends them. */
const options = '[ -:<-{}~]{0,72}?';
/** The same over lines that go on behind a backslash. */
const lines = '[ -:<-{}~\\n]{0,72}?';
const value = '["\']?<[A-Za-z0-9._~!@#$%^&*+=:,/?-]{3,64}>';
const client = '(?:docker|podman|nerdctl|buildah|skopeo|helm registry|az|oc|cf)';

/** Where a command or a library takes a password that has no name there; `--password …` is found by its name. */
export const commandKinds: readonly SecretKind[] = [
  issued(
    'command-line-password',
    'password in a command line or a call',
    [
      `curl${lines} -u[ ]?["']?[A-Za-z0-9._@+-]{1,32}:${value}`,
      `curl${lines} --user[ =]["']?[A-Za-z0-9._@+-]{1,32}:${value}`,
      `sshpass -p[ ]?${value}`,
      `(?:mysql|mariadb)${options} -p${value}`,
      `${client} login${lines} -p[ =]${value}`,
      `redis-cli${options} -a[ ]${value}`,
      `sqlcmd${options} -P[ ]?${value}`,
      `ldap(?:search|modify|add|delete|passwd|whoami)${lines} -w[ ]${value}`,
      `sqlplus[ ](?:-[A-Za-z][ ])?["']?[A-Za-z0-9_]{1,30}/["']?<[A-Za-z0-9._~!#$%^*+-]{3,64}>["']?@`,
      `ConvertTo-SecureString[ ](?:-String[ ])?["']<[!#-&(-~]{3,64}>["']`,
      `requirepass[ ]${value}`,
      `(?:auth=|HTTPBasicAuth|HttpBasicAuth|BasicAuth)[(]["'][A-Za-z0-9._@+-]{1,48}["'],[ ]?["']<[!#-&(-~]{3,64}>["']`,
      `-pass(?:in|out)?[ ]["']?pass:<[A-Za-z0-9._~!@#$%^*+=:,/?-]{3,64}>`,
    ],
    { score: 0.8, check: 'given-password', entropy: 1.5, yields: true },
  ),
];
