import { between, betweenQuoted, issued, type SecretKind } from '../kind.ts';

const tail = '[A-Za-z0-9_-]{0,24}';
const passwordWords =
  'password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contraseña|contrasena|senha|wachtwoord|hasło|parola|lösenord|şifre|пароль|パスワード|密码|密碼|비밀번호|كلمة المرور';
const keyWords = 'secret|token|credential|(?:api|access|auth|private|encryption|signing)[ _-]?key';
const value = '<[A-Za-z0-9_~.+/!@#$%^*?-]{6,128}={0,2}>';
/** In quotation marks nothing has to be told from the text around it. */
const quoted = '<[!#-&(-[^-_a-~]{6,128}>["\'`\\\\]';

/** `{"name": "DB_PASSWORD", "value": "…"}`, `- name: …` and `value: …` below it, `<add key="Password" value="…"/>`. */
const member = '[\\\\"\']{0,4}[ ,\\t\\r\\n]{1,20}[\\\\"\']{0,4}value[\\\\"\']{0,4}[ ]{0,2}[:=]';
/** `the password for the server: …`. */
const owner = '[ ](?:for|of|für|de|para|pour)[ ](?:the |your |our )?[A-Za-z0-9@._-]{1,32}';
/** `password has been set to …`. */
const setTo = '[ ](?:has been |was |is |now )?(?:set|changed|reset) to[: ]{1,2}';

/** Between a name and its value. The first that fits is tried and no other: what says more comes first. */
const beforeValue = [
  `${member}[\\\\"' ]{0,5}`,
  `${owner}${between}`,
  `${setTo}["'\`]?`,
  between,
  // `--password …`, `ENV DB_PASSWORD …`, `login ana password …` of .netrc.
  '[ \\t]{1,4}',
].join('|');
const beforeQuoted = [
  `${member}[ ]{0,4}["']`,
  // `os.environ["DB_PASSWORD"] = "…"`, `setenv("DB_PASSWORD", "…")`, `setPassword("…")`.
  `["']][ ]{0,2}=[ ]{0,2}["']`,
  `["'][ ]{0,2},[ ]{0,2}["']`,
  '[(]["\'`]',
  `${setTo}["'\`]`,
  betweenQuoted,
  // `CREATE USER app PASSWORD '…'`.
  '[ \\t]{1,4}["\'`]',
].join('|');
/** `PWD={…}` of ODBC. */
const inBraces = '=[{]<[!-z|~]{6,64}>[}]';

function byName(names: string): readonly string[] {
  const name = `(?:${names})${tail}`;
  return [`${name}(?:${beforeValue})${value}`, `${name}(?:${beforeQuoted})${quoted}`];
}

export const genericKinds: readonly SecretKind[] = [
  issued('basic-auth-header', 'credentials of HTTP basic authentication', 'Basic[ ]<[A-Za-z0-9+/]{8,400}={0,2}>', {
    ignoreCase: true,
    check: 'basic-credentials',
    entropy: 2.5,
    yields: true,
  }),
  issued('bearer-token', 'bearer token', 'Bearer[ ]<[A-Za-z0-9._~+/-]{20,1000}={0,2}>', {
    ignoreCase: true,
    score: 0.6,
    check: 'assigned-key',
    entropy: 3.5,
    yields: true,
  }),
  issued(
    'generic-password',
    'password by its name',
    [
      ...byName(passwordWords),
      `(?:password|pwd)${inBraces}`,
      `(?:pass|pw)${between}${value}`,
      `(?:pass|pw)${betweenQuoted}${quoted}`,
      `identified by ["']?${value}`,
    ],
    {
      ignoreCase: true,
      startsAnywhere: true,
      score: 0.6,
      check: 'assigned-password',
      entropy: 2.25,
      yields: true,
    },
  ),
  issued('generic-api-key', 'key, secret or token by its name', byName(keyWords), {
    ignoreCase: true,
    startsAnywhere: true,
    score: 0.6,
    check: 'assigned-key',
    entropy: 3.5,
    yields: true,
  }),
];
