import { issued, named, type SecretKind } from '../kind.ts';

// Only the password is the secret: what remains still tells which database was meant.
const account = '[A-Za-z0-9._~%+-]{0,64}:';
const password = '<[A-Za-z0-9._~%!$&*+,;=^#?-]{3,128}>@[A-Za-z0-9]';

function url(name: string, title: string, scheme: string): SecretKind {
  return issued(name, title, `${scheme}://${account}${password}`, { ignoreCase: true, entropy: 1.5, score: 0.8 });
}

export const databaseKinds: readonly SecretKind[] = [
  url('postgres-url-password', 'password in a PostgreSQL URL', 'postgres(?:ql)?(?:[+][a-z0-9]{2,12})?'),
  url('mysql-url-password', 'password in a MySQL or MariaDB URL', '(?:mysql|mariadb)(?:[+][a-z0-9]{2,12})?'),
  url('mongodb-url-password', 'password in a MongoDB URL', 'mongodb(?:[+]srv)?'),
  url('redis-url-password', 'password in a Redis URL', '(?:rediss|redis|valkeys|valkey)'),
  url('amqp-url-password', 'password in an AMQP URL', '(?:amqps|amqp)'),
  url(
    'sqlserver-url-password',
    'password in an SQL Server, Oracle, ClickHouse or Cassandra URL',
    '(?:mssql|sqlserver|oracle|clickhouse|cassandra|snowflake|cockroachdb|nats|kafka|ldaps|ldap)',
  ),
  url(
    'http-url-password',
    'password in a web or file-transfer URL',
    '(?:https|http|ftps|ftp|sftp|ssh|smtps|smtp|imaps|imap|git)',
  ),
  issued(
    'jdbc-password',
    'password in a JDBC URL',
    [
      'jdbc:[a-z0-9:]{2,40}[A-Za-z0-9:/@_.,=;?&-]{1,160}?password=[A-Za-z0-9._~%!$*+,^#?-]{3,128}',
      'jdbc:oracle:[a-z]{2,6}:[A-Za-z0-9._-]{1,48}/<[A-Za-z0-9._~%!$*+,^#?-]{3,128}>@',
    ],
    { ignoreCase: true, entropy: 0 },
  ),
  issued('databricks-token', 'Databricks token', 'dapi[0-9a-f]{32}(?:-[0-9])?'),
  issued(
    'neo4j-password',
    'Neo4j password by its name',
    'NEO4J_PASSWORD[ ]{0,3}[=:][ ]{0,3}["\']?<[A-Za-z0-9_-]{16,64}>',
    { startsAnywhere: true, entropy: 3 },
  ),
  named('snowflake-password', 'Snowflake password by its name', 'snowflake', '[A-Za-z0-9!@#$%^*_-]{10,64}', {
    entropy: 3,
  }),
  named('elastic-key', 'Elastic API key by its name', '(?:elastic|elasticsearch)', '[A-Za-z0-9+/_-]{54,60}={0,2}', {
    entropy: 4,
  }),
  issued('confluent-secret', 'Confluent secret', 'cflt[A-Za-z0-9+/]{60}', { entropy: 4 }),
];
