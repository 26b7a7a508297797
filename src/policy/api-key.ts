import { documentReference, modelGlob } from './name.ts';
import { boolean } from './schema/boolean.ts';
import { defaulted, optional, required } from './schema/field.ts';
import { list, set } from './schema/list.ts';
import { object } from './schema/object.ts';
import { invalid, type Parsed } from './schema/parsed.ts';
import { type Place, reject, under, warn } from './schema/place.ts';
import { type Infer, refine, type Schema } from './schema/schema.ts';
import { keyed } from './schema/server-notes.ts';
import { text } from './schema/text.ts';
import { timestamp } from './schema/timestamp.ts';
import { type SecretSource, secretSource } from './secret-source.ts';
import { targets } from './target.ts';

const hash = text({
  pattern: '^sha256:[0-9a-fA-F]{64}$',
  complaint: 'is not a SHA-256 hash',
  remedy: 'write sha256: and 64 hex digits, as `sluice keys create` prints them; never the key itself',
  isPrivate: true,
});

const owner = text({ longest: 256, complaint: 'has control characters in it', remedy: 'write one line of text' });

const globs = set(modelGlob, { least: 1, emptyRemedy: 'remove it to mean every model, or name at least one' });

const fields = object({
  hash: optional(hash, 'SHA-256 of the key, from `sluice keys create`.'),
  secretRef: optional(secretSource, 'Where the key itself is, instead of its hash.'),
  owner: defaulted(
    object({
      user: optional(owner, 'Who uses it.'),
      team: optional(owner, 'Team that answers for it.'),
      project: optional(owner, 'Project that it is for.'),
    }),
    {},
    'Who it belongs to.',
  ),
  models: defaulted(
    object({
      allow: defaulted(globs, ['*'], 'Models that it may use; * globs.'),
      deny: defaulted(set(modelGlob), [], 'Models that it may not use, whatever allow says; * globs.'),
    }),
    {},
    'Which models it may use. Default: every one.',
  ),
  routing: defaulted(
    object({
      active: defaulted(boolean, true, 'false: the chains are kept, but not used.'),
      chains: defaulted(
        list(
          object({
            models: defaulted(globs, ['*'], 'Models that this chain is for; * globs. Default: every one.'),
            targets: required(targets, 'Who is asked, in which order.'),
          }),
          { most: 100 },
        ),
        [],
        'Chains that only this key meets.',
      ),
    }),
    {},
    'The key’s own chains, in place of the models’.',
  ),
  credentials: defaulted(
    keyed(
      list(
        object({
          provider: required(documentReference, 'Name of a Provider; NAMESPACE/NAME if it is in another namespace.'),
          apiKey: required(secretSource, 'The API key of the caller’s own account.'),
        }),
      ),
      'provider',
    ),
    [],
    'Bring your own key: used instead of the provider’s credential.',
  ),
  expires: optional(timestamp, 'From then on the key is refused. Never if absent.'),
  enabled: defaulted(boolean, true, 'false: the key is refused.'),
});

type Fields = Infer<typeof fields>;

/** Either the hash of the key (lower-case hex), or where the key is. */
export type KeySecret = { readonly sha256: string } | { readonly secretRef: SecretSource };

/** A caller’s key: how it is recognised, whose it is, what it may use. `expires` in milliseconds since the epoch. */
export type ApiKeySpec = Omit<Fields, 'hash' | 'secretRef'> & { readonly secret: KeySecret };

export const apiKeySpec: Schema<ApiKeySpec> = {
  ...refine(fields, complete),
  json: { ...fields.json, oneOf: [{ required: ['hash'] }, { required: ['secretRef'] }] },
};

function complete(spec: Fields, place: Place): Parsed<ApiKeySpec> {
  const { hash: hashText, secretRef, ...rest } = spec;
  if (hashText !== undefined && secretRef !== undefined) {
    return reject(under(place, 'secretRef'), 'is given together with hash', 'keep exactly one of hash and secretRef');
  }
  if (!credentialsAreDistinct(spec, place)) return invalid;
  if (spec.expires !== undefined && spec.expires <= place.facts.now) {
    const message = `${new Date(spec.expires).toISOString()} has passed, so the key is refused`;
    warn(under(place, 'expires'), message, 'move the time, or remove the key');
  }
  if (hashText !== undefined) return { ...rest, secret: { sha256: hashText.slice('sha256:'.length).toLowerCase() } };
  if (secretRef !== undefined) return { ...rest, secret: { secretRef } };
  return reject(place, 'has neither hash nor secretRef', 'run `sluice keys create` and copy the hash that it prints');
}

function credentialsAreDistinct(spec: Fields, place: Place): boolean {
  const providers = spec.credentials.map((own) => own.provider);
  const repeated = providers.findIndex((provider, index) => providers.indexOf(provider) !== index);
  if (repeated < 0) return true;
  const message = `${providers[repeated]} has a credential here already`;
  reject(under(under(under(place, 'credentials'), repeated), 'provider'), message, 'remove one of them');
  return false;
}
