import { dnsLabel, dottedName } from './name.ts';
import { optional, required } from './schema/field.ts';
import { object } from './schema/object.ts';
import { oneOf } from './schema/one-of.ts';
import type { Infer } from './schema/schema.ts';
import { text } from './schema/text.ts';

const remedy =
  'say where the secret is: {secretKeyRef: {name: …, key: …}}; outside of a cluster also {env: NAME} or {file: path}';

/** For remedies: clusters have secrets in Secrets only. */
export const secretExample = '{env: NAME}, or in a cluster {secretKeyRef: {name: …, key: …}}';

const variable = text({
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  complaint: 'is not the name of an environment variable',
  remedy: 'write the name of a variable, such as OPENAI_API_KEY, never the secret itself',
  isPrivate: true,
});

/** A path of a file that holds a secret or a certificate. */
export const secretFile = text({
  longest: 4096,
  complaint: 'is not a path',
  remedy: 'write a path, relative to the folder of this document, such as secrets/openai',
  isPrivate: true,
});

const secretKeyRef = object({
  name: required(dottedName, 'Name of the Secret.'),
  key: required(
    text({
      pattern: '^[-._a-zA-Z0-9]+$',
      complaint: 'is not a key of a Secret',
      remedy: 'use letters, digits, - _ and .',
      isPrivate: true,
    }),
    'Key within the Secret.',
  ),
  namespace: optional(dnsLabel, 'Namespace of the Secret; the one of this document if absent.'),
});

/** Says where a secret is. Secrets themselves never stand in a document. */
export const secretSource = oneOf(
  {
    env: required(variable, 'Name of an environment variable of the control plane.'),
    file: required(secretFile, 'Path of a file, relative to the folder of this document. Rotation is noticed.'),
    secretKeyRef: required(secretKeyRef, 'A key of a Kubernetes Secret.'),
  },
  remedy,
);

export type SecretSource = Infer<typeof secretSource>;
