import { headerValue } from './header.ts';
import { boolean } from './schema/boolean.ts';
import { duration } from './schema/duration.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { integer } from './schema/integer.ts';
import { set } from './schema/list.ts';
import { object } from './schema/object.ts';
import { oneOf } from './schema/one-of.ts';
import { reject, under } from './schema/place.ts';
import { quantity } from './schema/quantity.ts';
import { type Infer, refine } from './schema/schema.ts';
import { ruled } from './schema/server-notes.ts';
import { text } from './schema/text.ts';
import { secretSource } from './secret-source.ts';

const address = text({
  pattern: '^([A-Za-z0-9_.-]+|\\[[0-9a-fA-F:]+\\]):[0-9]{1,5}$',
  complaint: 'is not an address',
  remedy: 'write host and port, such as redis:6379',
  isPrivate: true,
});

const userName = text({ longest: 128, complaint: 'is not a user name', remedy: 'write the name of an ACL user' });

/** A path on the machine of the processor. */
const localFile = text({ longest: 4096, complaint: 'is not a path', remedy: 'write a path' });

const prefix = text({
  pattern: '^[A-Za-z0-9._:-]+$',
  longest: 64,
  complaint: 'is not a prefix',
  remedy: 'use letters, digits and . _ : -',
});

const redis = refine(
  ruled(
    object({
      addresses: required(
        set(address, { least: 1, most: 64, emptyRemedy: 'give one: redis:6379' }),
        'host:port of the server, of nodes of the cluster, or of the sentinels.',
      ),
      cluster: defaulted(boolean, false, 'true: the addresses are nodes of a Redis Cluster.'),
      sentinel: optional(
        object({
          master: required(
            text({ complaint: 'is not a name', remedy: 'write a name such as mymaster' }),
            'Name of the master.',
          ),
          username: optional(userName, 'ACL user at the sentinels.'),
          password: optional(secretSource, 'Password at the sentinels.'),
        }),
        'The addresses are those of sentinels.',
      ),
      username: optional(userName, 'ACL user.'),
      password: optional(secretSource, 'Password.'),
      database: defaulted(integer({ from: 0, to: 65_535 }), 0, 'Number of the database; 0 in a cluster.'),
      tls: optional(
        object({
          ca: optional(secretSource, 'Certificates that may sign the server’s, as PEM; the system’s if absent.'),
          clientCertificate: optional(
            object({
              certificate: required(secretSource, 'Certificate chain as PEM.'),
              key: required(secretSource, 'Private key as PEM.'),
            }),
            'Shown to the server (mTLS).',
          ),
          serverName: optional(headerValue, 'Name expected in the certificate; the host of the address if absent.'),
        }),
        'Encrypted connections. `{}`: verified against the system’s certificates.',
      ),
      keyPrefix: defaulted(prefix, 'sluice', 'First part of every key.'),
      commandTimeout: defaulted(duration({ from: '1ms', to: '1m' }), '250ms', 'Time for the store to answer.'),
      mostQueued: defaulted(quantity({ from: 1, to: 1_000_000 }), '10k', 'Most commands that wait for an answer.'),
      replicas: defaulted(
        integer({ from: 1, to: 10_000 }),
        1,
        'How many processors share it: each grants an equal share while it is away.',
      ),
      leaseTokens: defaulted(
        quantity({ from: 0, to: 1_000_000_000 }),
        0,
        'Tokens that a processor may take in advance of a busy counter, to save round trips; 0: none. Bounds the overshoot.',
      ),
    }),
    {
      rule: '!self.cluster || !has(self.sentinel)',
      message: 'keep one of cluster and sentinel',
      fieldPath: '.sentinel',
    },
    {
      rule: '!self.cluster || self.database == 0',
      message: 'remove it: a cluster has only database 0',
      fieldPath: '.database',
    },
  ),
  (spec, place) => {
    if (spec.cluster && spec.sentinel !== undefined) {
      return reject(under(place, 'sentinel'), 'is given together with cluster', 'keep one of them');
    }
    if (spec.cluster && spec.database !== 0) {
      return reject(under(place, 'database'), 'is given, but a cluster has only database 0', 'remove it');
    }
    return spec;
  },
);

/** Where counters are kept. */
export const store = oneOf(
  {
    memory: required(
      object({ snapshot: optional(localFile, 'File of the processor that survives a restart. Default: none.') }),
      'In the processor: each one counts for itself.',
    ),
    redis: required(redis, 'Redis 6.2 or later, or Valkey: all processors count together.'),
  },
  'write {memory: {}} or {redis: {addresses: ["redis:6379"]}}',
);

export type StoreSpec = Infer<typeof store>;

const stream = object({
  name: required(prefix, 'Key of the stream.'),
  maxLength: defaulted(quantity({ from: 1, to: 1_000_000_000 }), '100k', 'Roughly so many entries are kept.'),
});

const sink = refine(
  ruled(
    object({
      stdout: defaulted(boolean, false, 'true: lines of JSON on standard output.'),
      file: optional(localFile, 'File of the processor for lines of JSON.'),
      redisStream: optional(stream, 'A stream in the Redis of the store.'),
    }),
    {
      rule: '!self.stdout || !has(self.file)',
      message: 'keep one of file and stdout',
      fieldPath: '.file',
    },
  ),
  (spec, place) => {
    if (!spec.stdout || spec.file === undefined) return spec;
    return reject(under(place, 'file'), 'is given together with stdout', 'keep one of them');
  },
);

/** Where records go. */
export const records = object({
  usage: defaulted(sink, {}, 'One record for each request: who, what, tokens, cost, attempts.'),
  decisions: defaulted(
    sink,
    {},
    'One record for each request that a guardrail touched: rules and kinds, never values.',
  ),
});
