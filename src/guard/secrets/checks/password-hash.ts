/**
 * What is stored in place of a password, where its form says so: crypt(3) (bcrypt, MD5, SHA-256, SHA-512, yescrypt,
 * scrypt) and what frameworks write (`pbkdf2_sha256$…`). The last part has its full length, so that a password with such
 * a beginning is none; dots at its end may have been taken for the stop of a sentence. Argon2 and LDAP have signs in them
 * that no value of an assignment has here.
 */
const forms = [
  /^(?:bcrypt(?:_sha256)?\$)?\$2[abxy]?\$\d\d\$[./A-Za-z0-9]{50,53}$/,
  /^\$(?:1|apr1)\$[./A-Za-z0-9]{0,8}\$[./A-Za-z0-9]{19,22}$/,
  /^\$5\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{0,16}\$[./A-Za-z0-9]{40,43}$/,
  /^\$6\$(?:rounds=\d{1,9}\$)?[./A-Za-z0-9]{0,16}\$[./A-Za-z0-9]{83,86}$/,
  /^\$(?:y|gy|7)\$[./A-Za-z0-9]{1,64}\$(?:[./A-Za-z0-9]{1,86}\$)?[./A-Za-z0-9]{40,43}$/,
  /^\$(?:argon2(?:id|i|d)|scrypt)\$[A-Za-z0-9=,$]{1,64}\$[A-Za-z0-9+/]{11,88}\$[A-Za-z0-9+/]{42,88}$/,
  /^\{S?(?:SHA|MD5)(?:256|384|512)?\}[A-Za-z0-9+/]{22,128}={0,2}$/,
  /^(?:pbkdf2_)?sha(?:1|256|512)\$(?:\d{1,9}\$)?[A-Za-z0-9]{1,64}\$[A-Za-z0-9+/]{27,128}={0,2}$/,
];
const shortest = 32;

/** `password_hash`, `passwordDigest`, `PwdSalt`. */
const namesHash = /(?:[_-](?:hash|digest|salt)|(?:Hash|Digest|Salt))\w{0,12}$/;
const digest = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{56}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i;

/**
 * Whether a value that a name calls a password or a key is the hash of one: nobody can log in with it, and whoever talks
 * about it (in migrations, tests, code reviews) gives no secret away. `name`: the identifier that it is assigned to. A bare
 * digest is one only where the name says so: 32 hexadecimal digits may as well be a key.
 */
export function isPasswordHash(value: string, name: string): boolean {
  if (value.length < shortest) return false;
  return forms.some((form) => form.test(value)) || (digest.test(value) && namesHash.test(name));
}
