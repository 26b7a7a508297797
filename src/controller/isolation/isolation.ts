import type { GatewayModel } from '../../model/gateway.ts';
import type { PolicyDocument } from '../../policy/document.ts';
import { guardInPlaceOf } from '../../policy/guard-in-place.ts';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { type Refusal, resourceKey } from '../rollout/refusal.ts';
import { createRefusalBook, type RefusalBook } from '../rollout/refusal-book.ts';
import { documentVersion } from './document-version.ts';
import { inItsPlace } from './in-its-place.ts';
import { createSearch, type Search } from './search.ts';
import { type DocumentsById, isSame, notInForce, suspectsOf } from './suspects.ts';

/**
 * A route table is made of many documents, and an Envoy takes all of it or nothing. Where it refuses one, this finds out
 * which document is to blame, so that the others are served and it alone is told.
 */
export interface Isolation {
  /** By id, what is in force in place of a document that is held back: nothing, where it is left out. */
  heldBack(): ReadonlyMap<string, PolicyDocument | undefined>;
  /** Other documents are written. */
  follow(): void;
  /** What was built has been handed out, or somebody has answered since. Says whether to build once more. */
  judge(built: Built): boolean;
  /** Somebody is to answer before it is known who is to blame. */
  isBusy(): boolean;
  /** The same, and they may yet do so: others wait for it, but not for ever. */
  isWaitedFor(): boolean;
  learn(from: (book: RefusalBook) => void): void;
  readonly refusals: Pick<RefusalBook, 'held' | 'known' | 'tried' | 'accepted'>;
  /** What is not in force, since tables are refused and nobody to blame is found. */
  stuck(): readonly Refusal[];
}

/** What was made for a gateway. */
export interface Built {
  /** What it was built from, with what stands in for others. */
  readonly documents: readonly PolicyDocument[];
  readonly gateway: GatewayModel;
  readonly tables: readonly Resource[];
}

export interface IsolationOptions {
  readonly group: string;
  written(): DocumentsById;
  /** What it was before it became what is written. */
  before(id: string): PolicyDocument | undefined;
  /** That of a table which is held back. */
  refusalOf(table: Resource): Refusal | undefined;
  /** Clients have these in force, as far as any asks for them. */
  areAccepted(tables: readonly Resource[]): boolean;
  /** Kinds of the clients that are connected. */
  connected(): readonly string[];
  /** What others hold back for all: no client here can say anything of it. */
  heldElsewhere(): ReadonlySet<string>;
  /** Others search: what they hold back on trial would be taken here for what is accepted. */
  isSearchedElsewhere(): boolean;
  hashes(ids: readonly string[]): Readonly<Record<string, string>>;
  /** What is held back has changed by what others say. */
  onLearnt(): void;
  /** Clients here refuse what is made of it. */
  onBlamed?(id: string, text: string): void;
}

/** Whoever has said nothing for so long may hang. */
const answerMs = 30_000;

export function createIsolation(options: IsolationOptions): Isolation {
  const { written, connected } = options;
  let proven: Built | undefined;
  let provenById: DocumentsById | undefined;
  let search: Search | undefined;
  /** Who else may be to blame, where the search finds nobody. */
  let further: readonly (readonly string[])[] = [];
  /** By id, hashes of those to blame for whom what stood in for them is refused as well. */
  const refusedTwice = new Map<string, string>();
  /** Kinds of the clients whose word the search is about. */
  let by: readonly string[] = [];
  let stuck: readonly Refusal[] = [];
  /** Versions of the tables for which nobody can be found. */
  let hopeless = '';
  let begunWith = '';
  let askedAt = 0;

  const book = createRefusalBook({
    group: options.group,
    wanted({ name }) {
      const document = written().get(name);
      return document && documentVersion(document);
    },
    isAccepted({ name, version }) {
      const accepted = provenDocuments()?.get(name);
      // What stands in for a document may have its hash.
      const isItself = accepted?.hash === version && accepted === written().get(name);
      return isItself && proven !== undefined && options.areAccepted(proven.tables);
    },
    connected,
    hashes: options.hashes,
    onHeld: () => undefined,
    onLetGo: () => undefined,
  });

  const isBusy = (): boolean => search !== undefined && connected().length > 0;

  function provenDocuments(): DocumentsById | undefined {
    provenById ??= proven && new Map(proven.documents.map((document) => [document.id, document]));
    return provenById;
  }

  function prove(built: Built): void {
    [proven, provenById] = [built, undefined];
    [stuck, hopeless] = [[], ''];
  }

  function isOlder(older: PolicyDocument | undefined, document: PolicyDocument): boolean {
    return older !== undefined && older.createdAt === document.createdAt && !isSame(older, document);
  }

  function olderOf(document: PolicyDocument): PolicyDocument | undefined {
    const versions = [provenDocuments()?.get(document.id), options.before(document.id)];
    return versions.find((older) => isOlder(older, document));
  }

  const isRefusedToo = ({ id, hash }: PolicyDocument): boolean => refusedTwice.get(id) === hash;

  /** As long as it is a suspect: what was accepted, so that callers notice nothing, or else whatever cannot be refused. */
  function meanwhile(document: PolicyDocument): PolicyDocument | undefined {
    const accepted = provenDocuments();
    const last = accepted?.get(document.id);
    if (accepted !== undefined && !isSame(last, document)) return last;
    const before = options.before(document.id);
    return isOlder(before, document) ? before : guardInPlaceOf(document);
  }

  /** Whether there is anybody else who may be to blame. */
  function tryNext(text: string): boolean {
    const [next, ...others] = further;
    if (next === undefined) return false;
    further = others;
    askedAt = performance.now();
    search = createSearch(next, text);
    return true;
  }

  function begin({ gateway, tables }: Built, text: string): boolean {
    begunWith = versionsOf(tables);
    if (begunWith === hopeless) return false;
    const elsewhere = options.heldElsewhere();
    further = suspectsOf({ gateway, written: written(), proven: provenDocuments(), olderOf, text })
      .map((ids) => ids.filter((id) => !elsewhere.has(id)))
      .filter((ids) => ids.length > 0);
    return tryNext(text);
  }

  /** Where the search has come to its end: what follows from it. */
  function conclude({ gateway }: Built, { outcome }: Search, text: string): void {
    const found = outcome();
    if (found === undefined) return;
    if (found.kind === 'futile' && tryNext(text)) return;
    const isNews = found.kind === 'found' && [...found.guilty].filter(([id, said]) => blame(id, said)).length > 0;
    if (!isNews) {
      const ids = notInForce({ gateway, written: written(), proven: provenDocuments() });
      stuck = ids.flatMap((id) => written().get(id) ?? []).map((each) => refusalOf(each, text));
      hopeless = begunWith;
    }
    search = undefined;
  }

  /** Whether that changes what is in force in its place. */
  function blame(id: string, text: string): boolean {
    const document = written().get(id);
    if (document === undefined || isRefusedToo(document)) return false;
    const version = documentVersion(document);
    if (book.held.get(resourceKey(version))?.resource.version === version.version) refusedTwice.set(id, document.hash);
    const [first = '', ...others] = by;
    book.refuse(version, text, first, false);
    for (const kind of others) book.alsoBy(version, kind);
    options.onBlamed?.(id, text);
    return true;
  }

  function refusalOf(document: PolicyDocument, text: string): Refusal {
    return { resource: documentVersion(document), text, by, documents: { [document.id]: document.hash } };
  }

  return {
    heldBack() {
      const suspects = search?.heldBack() ?? none;
      const blamed = [...book.held.values()].map(({ resource }) => resource.name).filter((id) => !suspects.has(id));
      const inForce = (ids: Iterable<string>, instead: typeof meanwhile) =>
        [...ids].flatMap((id) => written().get(id) ?? []).map((each) => [each.id, instead(each)] as const);
      return new Map([
        ...inForce(blamed, (each) => inItsPlace(each, olderOf(each), isRefusedToo(each))),
        ...inForce(suspects, meanwhile),
      ]);
    },
    follow() {
      search = undefined;
      book.follow();
      for (const id of refusedTwice.keys()) {
        const document = written().get(id);
        if (document === undefined || !isRefusedToo(document)) refusedTwice.delete(id);
      }
    },
    judge(built) {
      const refusal = built.tables.map(options.refusalOf).find((each) => each !== undefined);
      if (refusal === undefined) {
        const isKnown = search === undefined && proven?.documents === built.documents;
        if (isKnown || !options.areAccepted(built.tables)) return false;
        if (search === undefined) {
          prove(built);
          return false;
        }
      } else {
        // What was refused before a restart, or elsewhere, nobody here can answer.
        if (!refusal.by.some((kind) => connected().includes(kind))) return false;
        by = refusal.by;
        if (search === undefined) return !options.isSearchedElsewhere() && begin(built, refusal.text);
      }
      askedAt = performance.now();
      search.answered(refusal?.text);
      conclude(built, search, refusal?.text ?? '');
      return true;
    },
    isBusy,
    isWaitedFor: () => isBusy() && performance.now() - askedAt < answerMs,
    learn(from) {
      const before = [...book.held.keys()].join();
      from(book);
      if ([...book.held.keys()].join() === before) return;
      search = undefined;
      options.onLearnt();
    },
    refusals: book,
    stuck: () => stuck,
  };
}

const none: ReadonlySet<string> = new Set();

function versionsOf(tables: readonly Resource[]): string {
  return tables.map(({ name, version }) => `${name}@${version}`).join();
}
