import type { PolicyDocument } from '../../policy/document.ts';
import type { XdsServer } from '../../xds/server/server.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import type { Publisher } from '../rollout/publisher.ts';
import { resourceKey } from '../rollout/refusal.ts';
import { type Built, createIsolation, type Isolation, type IsolationOptions } from './isolation.ts';

/** The same for all gateways together. */
export interface Isolations {
  /** A gateway comes. */
  begin(group: string, publisher: Pick<Publisher, 'refusals'>): Isolation;
  /** A gateway is gone. Whether something was held back for it. */
  end(group: string): boolean;
  /** What is held back for one gateway is so for all: a document is in force in one version. */
  heldBack(): ReadonlyMap<string, PolicyDocument | undefined>;
  follow(): void;
  /** Something is being built: what was built before is of no interest any more. */
  building(): void;
  /** It has been handed out. */
  handedOut(group: string, built: Built): void;
  /** Whether what clients have said calls for another build. */
  judge(): boolean;
  isBusy(): boolean;
}

export interface IsolationsOptions
  extends Pick<IsolationOptions, 'written' | 'before' | 'hashes' | 'onLearnt' | 'onBlamed'> {
  readonly server: Pick<XdsServer, 'isAccepted' | 'isSettled'>;
  /** Kinds of the clients of a gateway that are connected. */
  connected(group: string): readonly string[];
}

export function createIsolations({ server, connected, ...options }: IsolationsOptions): Isolations {
  const isolations = new Map<string, Isolation>();
  const built = new Map<string, Built>();

  return {
    begin(group, { refusals }) {
      const others = () => [...isolations].flatMap(([name, each]) => (name === group ? [] : each));
      const isolation = createIsolation({
        ...options,
        group,
        heldElsewhere: () => new Set(others().flatMap((each) => [...each.heldBack().keys()])),
        isSearchedElsewhere: () => others().some((each) => each.isWaitedFor()),
        refusalOf(table) {
          const refusal = refusals.held.get(resourceKey(table));
          return refusal?.resource.version === table.version ? refusal : undefined;
        },
        // Nobody asks for the table of a port that cannot be opened.
        areAccepted: (tables) =>
          tables.every((table) => server.isAccepted(group, table)) ||
          (server.isSettled(group, [typeUrls.route]) && tables.some((table) => server.isAccepted(group, table))),
        connected: () => connected(group),
      });
      isolations.set(group, isolation);
      return isolation;
    },
    end(group) {
      const wasSomething = (isolations.get(group)?.heldBack().size ?? 0) > 0;
      isolations.delete(group);
      built.delete(group);
      return wasSomething;
    },
    heldBack: () => new Map([...isolations.values()].flatMap((isolation) => [...isolation.heldBack()])),
    follow() {
      for (const isolation of isolations.values()) isolation.follow();
    },
    building: () => built.clear(),
    handedOut: (group, each) => void built.set(group, each),
    judge: () => [...built].map(([group, each]) => isolations.get(group)?.judge(each)).some(Boolean),
    isBusy: () => [...isolations.values()].some((isolation) => isolation.isBusy()),
  };
}
