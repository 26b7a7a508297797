import type { Store } from '../../src/limits/store.ts';

/** A store that is still being opened: what it is asked meanwhile waits for it. */
export function openingStore(opening: Promise<Store>): Store {
  let opened: Store | undefined;
  const store = opening.then((each) => {
    opened = each;
    return each;
  });
  const whenOpen = (use: (store: Store) => void): void => {
    if (opened !== undefined) use(opened);
    else void store.then(use);
  };
  return {
    reserve: (request, done) => whenOpen((each) => each.reserve(request, done)),
    charge: (request, done) => whenOpen((each) => each.charge(request, done)),
    settle: (request, done) => whenOpen((each) => each.settle(request, done)),
    renew: (requests, done) => whenOpen((each) => each.renew(requests, done)),
    peek: (counters, done) => whenOpen((each) => each.peek(counters, done)),
    list: async (prefix) => (await store).list(prefix),
    listUnreadable: async (prefix) => (await store).listUnreadable(prefix),
    reset: async (what) => (await store).reset(what),
    close: async () => (await store).close(),
  };
}
