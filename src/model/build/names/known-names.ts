import { getOrCreate } from '../../../lib/get-or-create.ts';
import { lazily } from '../../../lib/lazily.ts';
import type { ApiKeyDocument, PolicyDocument, ProviderDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { ApiKey } from '../../key.ts';
import type { LogicalModel } from '../../logical-model.ts';
import type { Provider } from '../../provider.ts';
import type { Route } from '../../route.ts';
import { ofKind } from '../of-kind.ts';
import { indexByName, type NameIndex } from './name-index.ts';

/** A key as scopes look at it. */
export interface Caller {
  readonly name: string;
  readonly user: string;
  readonly team: string;
  readonly project: string;
  readonly labels: ReadonlyMap<string, string>;
}

/** What there is for other documents to name. Each part is gathered when it is asked for, which is seldom. */
export interface KnownNames {
  keys(): NameIndex<Caller>;
  owners(part: 'user' | 'team' | 'project'): NameIndex<Caller>;
  labelled(label: string): NameIndex<Caller>;
  models(): NameIndex<string>;
  /** Of models, and of the providers that pass requests through as they are: what keys may use. */
  rights(): NameIndex<string>;
  /** The model that an alias stands for. */
  modelOfAlias(alias: string): string | undefined;
  /** A route takes whatever name a caller writes, or what a pattern matches: which names those are nobody knows here. */
  opensModels(): boolean;
  providers(): NameIndex<string>;
}

/** What is there besides documents of our own kinds: of one Gateway. */
export interface OtherNames {
  readonly keys: readonly ApiKey[];
  readonly models: readonly LogicalModel[];
  readonly providers: readonly Provider[];
  readonly routes: readonly Route[];
}

/**
 * A document that is there counts, even if it is switched off or lacks its secret: whoever names it has written nothing
 * wrong, and it says itself what it lacks.
 */
export function knownNames(documents: readonly PolicyDocument[], others: readonly OtherNames[]): KnownNames {
  const callers = lazily((): readonly Caller[] => [
    ...ofKind(documents, 'ApiKey').map(callerOf),
    ...others.flatMap(({ keys }) => keys).map((key) => ({ ...key, labels: noLabels })),
  ]);
  const models = ofKind(documents, 'Model');
  const byPart = new Map<string, NameIndex<Caller>>();
  const by = (part: string, nameOf: (caller: Caller) => string): NameIndex<Caller> =>
    getOrCreate(byPart, part, () => indexByName(callers(), nameOf));
  const modelNames = lazily(() => [
    ...models.map(({ spec }) => spec.name),
    ...others.flatMap((part) => part.models.map(({ name }) => name)),
  ]);
  const aliases = lazily(
    () => new Map(models.flatMap(({ spec }) => spec.aliases.map((alias) => [alias, spec.name] as const))),
  );
  return {
    keys: () => by('key', ({ name }) => name),
    owners: (part) => by(part, (caller) => caller[part]),
    labelled: (label) => by(`label ${label}`, ({ labels }) => labels.get(label) ?? ''),
    models: lazily(() => indexNames(modelNames())),
    rights: lazily(() => indexNames([...modelNames(), ...ofKind(documents, 'Provider').flatMap(rightsTo)])),
    modelOfAlias: (alias) => aliases().get(alias),
    opensModels: lazily(() => others.some(({ routes }) => routes.some(opensNames))),
    providers: lazily(() => {
      const own = ofKind(documents, 'Provider').map(({ namespace, name }) => qualifiedName(namespace, name));
      return indexNames([...own, ...others.flatMap((part) => part.providers.map(({ name }) => name))]);
    }),
  };
}

const noLabels: Caller['labels'] = new Map();

function callerOf({ namespace, name, spec: { owner }, labels }: ApiKeyDocument): Caller {
  const { user = '', team = '', project = '' } = owner;
  return { name: qualifiedName(namespace, name), user, team, project, labels: new Map(Object.entries(labels)) };
}

/** What a key must be allowed that sends requests of unknown APIs there. */
function rightsTo({ namespace, name, spec }: ProviderDocument): readonly string[] {
  return spec.passthrough.paths.length === 0 ? [] : [`${qualifiedName(namespace, name)}/passthrough`];
}

function opensNames({ match: { opensModels, models, modelPatterns = [] } }: Route): boolean {
  return opensModels === true && (models.length === 0 || modelPatterns.length > 0);
}

/** Of those that are there more than once, one. */
function indexNames(names: readonly string[]): NameIndex<string> {
  return indexByName(new Set(names), (name) => name);
}
