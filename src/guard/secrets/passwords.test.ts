import { describe, expect, it } from 'vitest';
import { scan } from './testing/scan.ts';

function found(text: string): readonly string[] {
  return [...new Set(scan(text).map(({ start, end }) => text.slice(start, end)))];
}

const password = 'Hx7Gq29dkQz';

describe('a password in a command line or a call', () => {
  it.each([
    ...['curl -u admin:¦ https://x.test/api', 'curl -sS -X POST -u "admin:¦" https://x.test', 'curl -uadmin:¦ x.test'],
    ...["curl --user 'ana@corp.test:¦' x.test", 'curl https://x.test/v1 \\\n  -u ana:¦', 'sshpass -p ¦ ssh root@db'],
    ...["sshpass -p '¦' scp a b", 'sshpass -p¦ ssh db', 'mysql -u root -p¦ shop', "mysql -uroot -p'¦' -h db shop"],
    ...['mysqldump -h db -u root -p¦ shop > shop.sql', 'mariadb -p"¦"', 'docker login -u ana -p ¦ registry.test'],
    ...['podman login registry.test -u ana -p=¦', 'az login -u ana -p "¦"', 'redis-cli -h db -a ¦ ping'],
    ...['sqlcmd -S db -U sa -P ¦ -Q "select 1"', 'ldapsearch -x -D cn=admin,dc=corp -w ¦ -b dc=corp'],
    ...['sqlplus ana/¦@orcl', 'sqlplus -S ana/"¦"@db', 'openssl enc -aes-256-cbc -pass pass:¦', 'requirepass ¦'],
    ...["requests.get(url, auth=('ana', '¦'))", 'HTTPBasicAuth("ana", "¦")', 'ConvertTo-SecureString "¦" -AsPlainText'],
    ...['mysqldump --user root --password ¦ shop', "az login --username ana --password '¦'", 'svn co --password ¦'],
    ...['tool --admin-password "¦"', 'gpg --passphrase ¦ --batch', 'wget --http-password=¦', 'tool --pass=¦'],
    ...["CREATE USER ana WITH PASSWORD '¦';", "GRANT ALL ON *.* TO 'ana'@'%' IDENTIFIED BY '¦'", 'identified by ¦;'],
    ...["ALTER USER ana PASSWORD '¦'", 'machine git.test login ana password ¦', 'ENV DB_PASSWORD ¦'],
  ])('is found: %j', (form) => {
    expect(found(form.replace('¦', password))).toEqual([password]);
  });

  it.each(['raspberry', 's3cr', 'p@ss,word'])('may be a word, or short, where nothing else can stand: %s', (value) => {
    for (const before of ['sshpass -p ', 'curl -u pi:', 'docker login -u pi -p '])
      expect(found(before + value), before).toEqual([value]);
  });

  it.each([
    ...['mysqldump --user root --password shop', 'mysql -u root -p shop', 'mysql -uroot -p"$MYSQL_PASSWORD" shop'],
    ...[
      'mysql -h db -P3306 -uroot -pPASSWORD',
      'mysql -p3307',
      'mysql --protocol=tcp -u root',
      'mysql -ppassword',
      'mysql -uroot -pproduction',
    ],
    ...['tool --password <password>', 'tool --password $PASSWORD', `tool --password "$${'{'}DB_PASSWORD}"`],
    ...['tool --password=***', 'tool --password changeme', 'tool --password-file /run/secrets/db1'],
    ...['docker login --password-stdin registry2.test', 'tool --token <token>', 'tool --token-ttl 24h30m15s99ms12'],
    ...['curl -u user:pass x.test', 'curl -u "$USER:$PASS" x.test', 'curl -u USERNAME:PASSWORD x.test'],
    ...['curl -u ana x.test', 'curl -o b x.test; docker run -u 1000:1000 img', 'curl -u ana:API_TOKEN x.test'],
    ...['curl -u : --negotiate x.test', 'curl -u ana:<password> x.test', 'curl -u ana:your-api-key x.test'],
    ...['sshpass -p "$PASS" ssh x', 'sshpass -e ssh x', 'sshpass -f /etc/pass ssh x', 'redis-cli --askpass'],
    ...['docker login -u ana -p $TOKEN', 'docker login -u ana registry2.test', 'redis-cli -a $REDIS_PASS'],
    ...['ldapsearch -W -D cn=admin', 'sqlplus / as sysdba', 'sqlplus ana@orcl', 'openssl req -passin env:PASS'],
    ...['openssl req -passout file:/x/y2', "IDENTIFIED BY '<password>'", "WITH PASSWORD '$1'", 'auth=("ana", token)'],
    ...['identified by number AB12 in the list', 'ALTER TABLE users ADD password VARCHAR2(255)'],
    ...['requests.get(url, auth=("user", "password"))', 'sqlcmd -S db -P $SA_PASSWORD', 'requirepass <password>'],
  ])('is nothing: %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('a password behind its name', () => {
  it.each([
    ...['DB_PASS=¦', 'export SMTP_PASS="¦"', 'ansible_ssh_pass=¦', 'dbPass: "¦"', 'the pw is ¦', 'PW: ¦', 'pass: ¦'],
    ...['<add key="Password" value="¦" />', '<property name="password" value="¦"/>', '<password>¦</password>'],
    ...['{"name": "DB_PASSWORD", "value": "¦"}', '- name: DB_PASSWORD\n  value: ¦', '{\\"password\\": \\"¦\\"}'],
    ...['os.environ["DB_PASSWORD"] = "¦"', "define('DB_PASSWORD', '¦');", 'os.Setenv("DB_PASSWORD", "¦")'],
    ...['setPassword("¦")', '.withPassword(`¦`)', 'Server=db;User ID=ana;Password=¦;Encrypt=True', 'UID=ana;Pwd=¦'],
    ...[
      'Driver={SQL Server};UID=ana;PWD={¦}',
      'host=db user=ana password=¦ dbname=shop',
      'spring.datasource.password=¦',
    ],
    ...['New password for admin: ¦', 'The password for the server is ¦', 'Your password has been set to ¦'],
    ...['temporary password ¦', 'Password\t¦', 'password "¦"', 'login ana, password `¦`', 'La contraseña es ¦'],
    ...[
      'La password è ¦',
      'A senha é ¦',
      'Hasło to ¦',
      '密码：¦',
      '密码是¦',
      'パスワードは¦です',
      '비밀번호는 ¦ 입니다',
    ],
    ...['jdbc:oracle:thin:ana/¦@db:1521:orcl', '//registry.test/:_password=¦', '-e MYSQL_ROOT_PASSWORD=¦'],
  ])('is found: %j', (form) => {
    expect(found(form.replace('¦', password))).toEqual([password]);
  });

  it.each(['hunter2', 'abc123!', 's3cret', 'Tr0ub4dor&3', 'a(b)c:d;e,f1', 'Summer2024!', 'p4ss{word}>x'])(
    'is found as a whole in quotation marks: %s',
    (value) => {
      expect(found(`"password": "${value}"`).toSorted((a, b) => b.length - a.length)[0]).toBe(value);
      expect(found(`<add key="Password" value="${value}"/>`)).not.toEqual([]);
    },
  );

  it.each([
    ...['password v2.1.0 released', 'password SHA256 hashing', 'password hashing with PBKDF2WithHmacSHA256'],
    ...['password: sha256', 'password: argon2id', 'password: v1.2.3', 'password: varchar(60)', 'password = value1'],
    ...[
      'password: z.string().min(8)',
      '"password": {"type": "string", "minLength": 8}',
      'password=$1',
      'password = ?1',
    ],
    ...[
      "password: '{{ db_password2 }}'",
      `password: $${'{'}DB_PASSWORD:-x1y2}`,
      'password: !vault |',
      'password: "{value2}"',
    ],
    ...['["password", "username2", "email"]', 'fields = ["password", "confirmPassword2"]', 'getPassword("field_2")'],
    ...['getpass.getpass("Password2: ")', 'input[type="password"], input[type="email2"]', 'password: "%(password)s"'],
    ...['<input type="password" id="pw1">', '<input type="password" value="{{value2}}"/>', 'password: <password>'],
    ...['{"name": "password", "type": "string", "value": null}', '{"name": "password", "value": "$PASSWORD"}'],
    ...['PASS: TestLogin2 (0.00s)', 'pass: 3/10 tests', 'pass: test_login_v2', 'compass: N42W3311', 'bypass=true2024'],
    ...[
      'pw = pw2',
      'pass through the gate at 10am2',
      'password for user2: required',
      'PWD=/home/ana/src2',
      'pwd: /srv/x1',
    ],
    ...['The password for ana is expired since 2024', 'password has been set to expire in 90d', 'OLDPWD=/srv/app1'],
    ...['Passwords must contain 8-64 characters: letters2digits', 'Il mot de passe est requis', 'hasło to sekret'],
    ...['token bucket rate limiter v2', 'secret sauce recipe-number-27-by-grandma', 'access token expires2026'],
    ...['secretKeyRef: {name: db, key: password1}', 'secretName: my-tls-2024', 'password policy: NIST-800-63B'],
    ...[
      'password manager 1Password7 or KeePass2.5',
      'password: [redacted]',
      'sudo password for ana: ',
      'passport=X1234567',
    ],
    ...["Password for 'https://ana@git.test': ", 'if (password !== confirm2) return', 'username ana password expired2'],
    ...[
      '密码：至少8位',
      '密码是8位数字',
      'パスワードは8文字以上',
      '비밀번호는 8자 이상',
      'пароль: не менее 8',
      'pw: 12 kg',
    ],
  ])('is nothing: %j', (text) => {
    expect(found(text)).toEqual([]);
  });
});

describe('a key behind its name', () => {
  const key = '9f8e7d6c5b4a39281706f5e4d3c2b1a0';

  it.each([
    ...['tool --token ¦', 'tool --api-key "¦"', 'tool --client-secret=¦', '{"name": "API_KEY", "value": "¦"}'],
    ...['os.environ["APP_SECRET"] = "¦"', 'setenv("API_TOKEN", "¦")', 'withToken("¦")', '密钥 secret：¦'],
  ])('is found: %j', (form) => {
    expect(found(form.replace('¦', key))).toEqual([key]);
  });

  it.each(['token ¦', 'the access token ¦ has expired', 'commit with token ¦'])(
    'is nothing where no sign says so: %j',
    (form) => {
      expect(found(form.replace('¦', key.slice(0, 12)))).toEqual([]);
    },
  );
});
