import type { Resource } from '../../../xds/snapshot/resource.ts';
import type { Snapshot } from '../../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../../xds/snapshot/type-url.ts';
import { createPublisher } from '../publisher.ts';
import type { Refusal } from '../refusal.ts';

/** A publisher for a server whose clients accept everything, except what a test says they refuse when it is published. */
export function scripted(
  options: {
    lingerMs?: number;
    refuse?: (resource: Resource) => string | undefined;
    /** Nobody has asked for it, or has answered. */
    isUnknown?: (resource: Pick<Resource, 'name' | 'version'>) => boolean;
    /** Several refuse the same, one after the other, before any of them has accepted what comes in its place. */
    clients?: number;
    /** Kinds of them. */
    connected?: () => readonly string[];
    /** What a step waits for besides. */
    answered?: () => Promise<void>;
    /** Of documents, by id. */
    hashes?: Readonly<Record<string, string>>;
  } = {},
) {
  const { clients = 1 } = options;
  const published: string[] = [];
  let withheld: readonly Refusal[] = [];
  let last: Snapshot | undefined;
  const publisher = createPublisher({
    server: {
      publish(_group, snapshot) {
        last = snapshot;
        published.push(show(snapshot));
      },
      async settled(_group, types) {
        await options.answered?.();
        for (const type of types) {
          for (const each of [...(last?.resources.get(type)?.values() ?? [])]) {
            if (options.isUnknown?.(each)) continue;
            const text = options.refuse?.(each);
            if (text === undefined) continue;
            for (let client = 0; client < clients; client++) {
              publisher.refused(type, new Map([[each.name, each.version]]), text, 'envoy/1');
            }
          }
        }
      },
      isAccepted: (_group, each) => clients === 1 && !options.isUnknown?.(each),
    },
    group: 'g',
    connected: options.connected ?? (() => ['envoy/1']),
    hashes: (ids) => Object.fromEntries(ids.map((id) => [id, options.hashes?.[id] ?? 'same'])),
    stepLimitMs: 1_000,
    lingerMs: options.lingerMs ?? 0,
    standIn: (each) => (each.typeUrl === typeUrls.extensionConfig ? { ...each, version: 'none' } : undefined),
    onWithheld: (next) => {
      withheld = next;
    },
    onFailure: (error) => {
      throw error;
    },
  });
  return { publisher, published, withheld: () => withheld.map((each) => each.resource.name) };
}

function show(snapshot: Snapshot): string {
  const short: Record<string, string> = {
    [typeUrls.cluster]: 'c',
    [typeUrls.programProvider]: 'p',
    [typeUrls.secret]: 's',
    [typeUrls.listener]: 'l',
    [typeUrls.extensionConfig]: 'f',
    [typeUrls.route]: 'r',
    [typeUrls.programRoute]: 'm',
  };
  return [...snapshot.resources]
    .flatMap(([type, ofType]) => [...ofType.values()].map((each) => `${short[type]}:${each.name}@${each.version}`))
    .sort()
    .join(' ');
}
