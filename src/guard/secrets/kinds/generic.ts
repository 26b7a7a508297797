import { between, issued, type SecretKind } from '../kind.ts';

const tail = '[A-Za-z0-9_-]{0,24}';
const passwordWords =
  'password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contraseña|contrasena|senha|wachtwoord|hasło|parola|lösenord|şifre|пароль|パスワード|密码|密碼|비밀번호|كلمة المرور';
const value = '<[A-Za-z0-9_~.+/!@#$%^*?-]{8,128}={0,2}>';

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
  issued('generic-password', 'password by its name', `(?:${passwordWords})${tail}${between}${value}`, {
    ignoreCase: true,
    startsAnywhere: true,
    score: 0.6,
    check: 'assigned-password',
    entropy: 2.75,
    yields: true,
  }),
  issued(
    'generic-api-key',
    'key, secret or token by its name',
    `(?:secret|token|credential|(?:api|access|auth|private|encryption|signing)[ _-]?key)${tail}${between}${value}`,
    { ignoreCase: true, startsAnywhere: true, score: 0.6, check: 'assigned-key', entropy: 3.5, yields: true },
  ),
];
