import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../lib/testing/random.ts';
import type { Finding } from '../detector.ts';
import { type EntityOptions, plainOptions } from '../entity.ts';
import { secretsDetector } from './index.ts';
import { plant, samples } from './testing/samples.ts';
import { scan } from './testing/scan.ts';

describe('a key of hexadecimal digits', () => {
  const random = seededRandom(7);

  it.each([
    ['API_SECRET: ', 32],
    ['AZURE_OPENAI_API_KEY=', 32],
    ['WANDB_API_KEY=', 40],
  ] as const)('is found behind %s, although chance repeats some of its digits', (name, length) => {
    const missed = Array.from({ length: 500 }, () => `${name}${random.text('0123456789abcdef', length)}`).filter(
      (text) => scan(text).length === 0,
    );
    expect(missed.length).toBeLessThanOrEqual(3);
  });
});

describe('a key by its name', () => {
  it.each([
    ['aB3dE5gH7jK9mN1p', 1],
    ['aB3dE5gH7jK9mN1', 0],
    ['4815162342108231', 0],
    ['aBcdEfgHijKlmNop', 0],
    ['continuous-integration-2', 0],
  ])('has sixteen characters, letters and digits that are no words: %s', (value, count) => {
    expect(scan(`api_key = "${value}"`)).toHaveLength(count);
  });
});

describe('words before a name', () => {
  const value = 'a8Fk29dkLmQ0zPx81Bnv';

  it.each([
    ...['ADMIN_PASSWORD=', 'admin_password: ', 'adminPassword = "', 'user=admin password=', 'sysadmin-token: '],
    ...['homepage_secret=', 'restart_token=', 'KICKSTART_SECRET=', 'webpageToken: '],
  ])('that only end like those of what is public make nothing public: %s', (before) => {
    expect(scan(before + value)).toMatchObject([{ start: before.length, end: before.length + value.length }]);
  });

  it.each([
    ...['next_page_token=', 'nextPageToken: ', 'NEXT_PAGE_TOKEN=', 'nextpagetoken=', 'page token: ', 'csrf_token='],
    ...['csrfToken: ', 'XSRF-TOKEN=', 'resetToken: ', 'design-token: ', 'maxToken=', 'min_password='],
  ])('make it public: %s', (before) => {
    expect(scan(before + value)).toEqual([]);
  });
});

describe('a password', () => {
  it.each([
    ...[
      'Passwort: ',
      'Ihr Passwort lautet ',
      'Das Kennwort ist ',
      'mot de passe : ',
      'Le mot de passe est ',
      'contraseña: ',
    ],
    ...[
      'CONTRASEÑA: ',
      'senha: ',
      'wachtwoord = ',
      '| password | ',
      'my password is: ',
      'Das Passwort ist: ',
      'hasło: ',
      'Hasło: ',
      'La parola = ',
      'lösenord: ',
      'şifre: ',
      'пароль: ',
      'Пароль: ',
      'パスワード: ',
      '密码: ',
      '비밀번호: ',
      'كلمة المرور: ',
      '| Passwort | `',
      'DB_PASSWORT=',
      'passwortNeu: "',
    ],
  ])('is found behind %j', (before) => {
    expect(scan(`${before}h7Gx29dkQz`)).toMatchObject([
      { entity: 'generic-password', start: before.length, end: before.length + 10 },
    ]);
  });

  it.each([
    'Passwort: mindestens 12 Zeichen, Kennwort: siehe Umschlag. Das Passwort ist abgelaufen, es lautet anders.',
    'Mot de passe : au moins 12 caractères. Le mot de passe est obligatoire. Contraseña: mínimo 8 caracteres.',
    '| password | VARCHAR(255) NOT NULL |\n| Passwort | Pflichtfeld, 12-64 Zeichen |',
    '/(?:password|api_key|client_secret|passwd|pass_word)/i, type Field = "password" | "username2"',
    'Passwortrichtlinie: https://intranet.test/richtlinie2026',
    'The password is: required. Il mot de passe est: obligatoire. Пароль: не менее 12 символов. 密码：至少12个字符。',
    'パスワード: 8文字以上、英数字。 비밀번호: 8자 이상. كلمة المرور: ثمانية أحرف على الأقل. Hasło: minimum 12 znaków.',
  ])('is nothing in %s', (text) => {
    expect(scan(text)).toEqual([]);
  });
});

describe('what only looks like a secret', () => {
  const random = seededRandom(42);
  const hex = '0123456789abcdef';
  const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  const crypt64 = `${base64.slice(0, -2)}./`;
  const uuid = (): string => [8, 4, 4, 4, 12].map((length) => random.text(hex, length)).join('-');
  const generated: Readonly<Record<string, () => string>> = {
    'a UUID': () => `request ${uuid()} done`,
    'a request token that is a UUID': () => `{"request_token": "${uuid()}"}`,
    'a git hash': () => `commit ${random.text(hex, 40)}`,
    'a short hash': () => `at ${random.text(hex, 7)}, merged into ${random.text(hex, 12)}`,
    'a SHA-256': () => `sha256:${random.text(hex, 64)}`,
    'an MD5': () => `ETag: "${random.text(hex, 32)}"`,
    'a timestamp in ms': () => `ts=${1_700_000_000_000 + random.below(1e9)}`,
    'a timestamp in µs': () => `at ${1_700_000_000_000_000 + random.below(1e9)}`,
    'a base64 image': () => `<img src="data:image/png;base64,iVBORw0KGgo${random.text(base64, 1200)}==">`,
    'a lockfile line': () => `"integrity": "sha512-${random.text(base64, 86)}==",`,
    'a hex colour': () => `color: #${random.text(hex, 6)}; border: 1px solid #${random.text(hex, 3)}`,
    'a page token': () =>
      `{"next_page_token": "${random.text(base64, 40)}", "nextPageToken": "${random.text(base64, 30)}"}`,
    'a number': () => `order ${random.text('0123456789', 16)} of ${random.text('0123456789', 10)}`,
    'a certificate': () =>
      `-----BEGIN CERTIFICATE-----\n${random.text(base64, 64)}\n${random.text(base64, 64)}\n-----END CERTIFICATE-----`,
    'an SSH public key': () => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${random.text(base64, 43)} me@host`,
    'an object id': () => `{"_id": "${random.text(hex, 24)}"}`,
  };

  it.each(Object.entries(generated))('%s is nothing', (_title, make) => {
    for (let round = 0; round < 50; round += 1) {
      const text = make();
      expect(scan(text), text).toEqual([]);
    }
  });

  it.each([
    'const token = request.headers.authorization;',
    'const password = await readPassword(prompt);',
    'password: process.env.DB_PASSWORD,',
    'token = tokens[index]',
    'if (token === undefined) throw new Error("no token given");',
    'max_tokens: 4096, prompt_tokens=123456789012',
    'api_key = "your-api-key-here"',
    `API_KEY=$${'{{'} secrets.API_KEY_PRODUCTION_2 }}`,
    'export OPENAI_API_KEY=sk-...',
    'password: ********',
    'postgres://user:password@localhost:5432/db',
    `postgres://app:$${'{'}DB_PASSWORD}@localhost/db`,
    'https://user:<password>@host/path',
    'https://user:$TOKEN@host/path',
    'The password is required. The secret: patience, and a token of appreciation.',
    'Reset your password at https://accounts.test/password/reset?step=2',
    'secret_name: payments/production/stripe-webhook-v2',
    'tokenizer = AutoTokenizer.from_pretrained("bert-base-uncased-2024")',
    'def test_getUserTokenFromRequestHeader(self):',
    'travis: continuous-integration-x',
    'vercel_token = loadTokenFromEnvironment',
    'Authorization: Bearer <token>',
    'Authorization: Bearer $ACCESS_TOKEN_PRODUCTION',
    'basic training starts here; Basic information follows',
    'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'a -----BEGIN RSA PRIVATE KEY----- line starts the file, and the end marker closes it again after the body.',
    '!function(e,t){"object"==typeof exports?module.exports=t():e.token=t()}(this,function(){var e={a:1,b2:"x"};return e})',
    '2026-11-21T07:00:00.123Z INFO http: GET /v1/tokens/list?cursor=eyJhIjoxMjM0NTY3ODkwfQ 200 12ms',
    'The risk-based task list asks for a desk-side review (sk-SK locale, en-US).',
  ])('%s', (text) => {
    expect(scan(text)).toEqual([]);
  });

  it.each([
    ['bcrypt', (r: Random) => `$2b$12$${r.text(crypt64, 53)}`],
    ['bcrypt with dots at its end', (r: Random) => `$2y$05$${r.text(crypt64, 50)}...`],
    ['crypt(3) with SHA-512', (r: Random) => `$6$${r.text(crypt64, 16)}$${r.text(crypt64, 86)}`],
    ['crypt(3) with SHA-256', (r: Random) => `$5$${r.text(crypt64, 16)}$${r.text(crypt64, 43)}`],
    ['crypt(3) with rounds', (r: Random) => `$6$rounds=5000$${r.text(crypt64, 16)}$${r.text(crypt64, 86)}`],
    ['yescrypt', (r: Random) => `$y$j9T$${r.text(crypt64, 22)}$${r.text(crypt64, 43)}`],
    ['scrypt', (r: Random) => `$scrypt$ln=16,r=8,p=1$${r.text(base64, 22)}$${r.text(base64, 43)}`],
    ['argon2', (r: Random) => `$argon2id$v=19$m=65536,t=3,p=4$${r.text(base64, 22)}$${r.text(base64, 43)}`],
    ['PBKDF2', (r: Random) => `pbkdf2_sha256$260000$${r.text(hex, 12)}$${r.text(base64, 43)}=`],
    ['htpasswd', (r: Random) => `$apr1$${r.text(crypt64, 8)}$${r.text(crypt64, 22)}`],
    ['LDAP', (r: Random) => `{SSHA}${r.text(base64, 38)}==`],
  ])('a hash of a password, made with %s, is nothing', (_title, make) => {
    for (const before of ['password = "', 'password_hash: ', '"passwordHash":"', 'DB_SECRET=', 'pwd: ']) {
      const text = `${before}${make(random)}"`;
      expect(scan(text), text).toEqual([]);
    }
  });

  it('a digest is nothing behind a name that says what it is', () => {
    for (const length of [32, 40, 64, 128]) {
      const digest = random.text(hex, length);
      for (const name of ['password_hash', 'passwordHash', 'passwd-digest', 'PASSWORD_SALT'.toLowerCase()]) {
        expect(scan(`${name} = "${digest}"`), name).toEqual([]);
      }
      expect(scan(`password = "${digest}"`)).toHaveLength(1);
    }
  });

  it('what only begins like a hash, or has only its name, is a password all the same', () => {
    for (const text of [
      'password = "$2b$12$nobodyKnows7"',
      `password = "$2b$12$${random.text(crypt64, 60)}"`,
      `password = "$6$salt$${random.text(crypt64, 20)}"`,
      'password_hash = "Tr0ub4dor&3-horse-staple"',
      'passwordHash: "Summer2024!x"',
    ])
      expect(scan(text), text).toMatchObject([{ entity: 'generic-password' }]);
  });

  it('nothing in ordinary prompts', () => {
    const prompts = readFileSync(new URL('../injection/testdata/ordinary.txt', import.meta.url), 'utf8');
    for (const prompt of prompts.split('\n')) expect(scan(prompt.replaceAll('\\n', '\n')), prompt).toEqual([]);
  });
});

describe('what a policy says about a kind', () => {
  const random = seededRandom(9);
  const key = plant(samples['google-api-key']?.(random) ?? '').text;

  function found(options: Partial<EntityOptions>, text: string, minScore = 0.5): readonly Finding[] {
    const findings: Finding[] = [];
    const entities = new Map([['google-api-key', { ...plainOptions, ...options }]]);
    secretsDetector({ entities, minScore }).scan(text, 0, (finding) => findings.push(finding));
    return findings;
  }

  it('looks for the chosen kinds only', () => {
    expect(found({}, `${key} password = "aB3$kkP09zz!"`)).toHaveLength(1);
    expect(secretsDetector({ entities: new Map(), minScore: 0 }).hold('AKIA', 0)).toBe(4);
  });

  it('drops what is allowed, compared without case, blanks and hyphens', () => {
    expect(found({ allow: [key.toUpperCase()] }, key)).toEqual([]);
  });

  it('finds what is denied, however it is written', () => {
    for (const text of ['see ACME-42 x now', 'see acme 42x now']) {
      expect(found({ deny: ['Acme 42-X'] }, text)).toMatchObject([{ start: 4, score: 1, validator: 'deny-list' }]);
    }
    expect(found({ deny: ['Acme 42-X'] }, 'see acme42xy now')).toEqual([]);
  });

  it('raises the score behind a word of its context', () => {
    expect(found({}, key, 0.95)).toEqual([]);
    expect(found({ contextWords: ['maps'] }, `our Maps key ${key}`, 0.95)).toMatchObject([{ score: 1 }]);
  });

  it('takes the least score of the kind before that of the rule', () => {
    expect(found({ minScore: 0.95 }, key, 0.1)).toEqual([]);
    expect(found({ minScore: 0.1 }, key, 0.95)).toHaveLength(1);
  });
});

describe('the field that holds a text', () => {
  const value = 'a8Fk29dkLmQ0zPx81Bnv';

  it('makes its value a secret by name', () => {
    expect(scan(value)).toEqual([]);
    expect(scan(value, 'api_key')).toMatchObject([{ start: 0, end: 20, entity: 'generic-api-key' }]);
    expect(scan(value, 'next_page_token')).toEqual([]);
    expect(scan('0f1e2d3c4b5a69788796a5b4c3d2e1f0', 'datadogApiKey')).toMatchObject([{ entity: 'datadog-key' }]);
  });
});

describe('hostile texts of 4 KB', () => {
  const fill = (text: string): string => text.repeat(Math.ceil(4096 / text.length)).slice(0, 4096);

  it.each([
    'AKIA',
    'sk-',
    'token=',
    'eyJ.',
    ' sk-proj-',
    'password=aB3$',
    '-----BEGIN PRIVATE KEY-----',
    'http://a:',
    'x',
  ])('%s again and again costs no more than its length', (unit) => {
    const text = fill(unit);
    const cost = { short: Number.POSITIVE_INFINITY, long: Number.POSITIVE_INFINITY };
    const measure = (length: keyof typeof cost, of: string): void => {
      const start = performance.now();
      scan(of);
      cost[length] = Math.min(cost[length], performance.now() - start);
    };
    const isLinear = (): boolean => cost.long < Math.max(cost.short, 0.05) * 30;
    // Eight times the text; quadratic would be 64 times. On a busy machine it takes some rounds until nobody interrupts.
    for (let round = 0; round < 12 || (round < 100 && !isLinear()); round += 1) {
      measure('short', text);
      measure('long', text.repeat(8));
    }
    expect(isLinear(), `${cost.short} ms, eight times the text ${cost.long} ms`).toBe(true);
  });
});
