import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { type KubeError, kubeError } from '../../kube/error.ts';
import { silentLogger } from '../../lib/log.ts';
import { err, ok } from '../../lib/result.ts';
import type { RefusedVersion } from '../rollout/refused-version.ts';
import type { KindObject } from '../sources/kubernetes/snapshot.ts';
import { keepOlderVersions } from './keeper.ts';
import { storedIn, textOf, type VersionsSecret } from './secret.ts';

const refused: RefusedVersion = {
  ...{ gateway: 'g', typeUrl: 't', name: 'r', version: '1', text: 'no' },
  ...{ by: ['envoy/1'], documents: {} },
};

function version(name: string): KindObject {
  return { kind: 'Budget', object: { metadata: { name, namespace: 'team-a', uid: `uid-${name}` } } };
}

/** A Secret that all replicas of a test share. */
function sharedSecret() {
  let [text, resourceVersion] = ['', 1];
  const calls: string[] = [];
  let failure: KubeError | undefined;
  const secret: VersionsSecret = {
    async read() {
      calls.push('read');
      if (failure !== undefined) return err(failure);
      const data = { versions: Buffer.from(text).toString('base64') };
      return ok(storedIn({ metadata: { name: 'shared', resourceVersion: String(resourceVersion) }, data }));
    },
    async write(next, replaces) {
      calls.push('write');
      if (failure !== undefined) return err(failure);
      if (replaces.resourceVersion !== String(resourceVersion)) return ok('taken');
      [text, resourceVersion] = [next, resourceVersion + 1];
      return ok('written');
    },
  };
  return {
    secret,
    calls,
    names() {
      const lines = text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
      return lines.map(({ object, refused: item }) => object?.metadata.name ?? `${item.name} is refused`);
    },
    fail(error: KubeError | undefined) {
      failure = error;
    },
    /** By somebody else. */
    change: (next: string) => {
      [text, resourceVersion] = [next, resourceVersion + 1];
    },
  };
}

function keeperOf({ secret }: { readonly secret: VersionsSecret }) {
  const state = {
    isLeader: true,
    versions: [] as KindObject[] | undefined,
    refused: [] as readonly RefusedVersion[],
    wrong: [] as string[],
    mended: [] as string[],
  };
  const trouble: string[] = [];
  const keeper = keepOlderVersions({
    secret,
    isLeader: () => state.isLeader,
    versions: () => state.versions && { objects: state.versions, refused: state.refused },
    onRead(stored) {
      state.refused = stored.refused.filter(({ name }) => !state.mended.includes(name));
    },
    ofUse: (older) => older.filter(({ object }) => state.wrong.includes(object.metadata.name)),
    onTrouble: ({ reason }) => trouble.push(reason),
    log: silentLogger,
    waitMs: 5,
    againMs: 5,
  });
  onTestFinished(() => keeper.close());
  return { keeper, state, trouble };
}

const aMoment = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 40));

describe('keepOlderVersions()', () => {
  it('writes once what is in force, and again when that changes', async () => {
    const shared = sharedSecret();
    const { keeper, state } = keeperOf(shared);
    state.versions = [version('a')];
    keeper.changed();
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));
    for (let times = 0; times < 3; times++) {
      keeper.changed();
      await aMoment();
    }
    expect(shared.calls).toEqual(['read', 'write']);
    state.versions = [];
    keeper.changed();
    await vi.waitFor(() => expect(shared.names()).toEqual([]));
  });

  it('writes nothing where there is nothing to go back to, or what stands there is right', async () => {
    const shared = sharedSecret();
    const { keeper } = keeperOf(shared);
    keeper.elected();
    await aMoment();
    expect(shared.calls).toEqual(['read']);
  });

  it('leaves it to the leader, and while it does not know', async () => {
    const shared = sharedSecret();
    const { keeper, state } = keeperOf(shared);
    Object.assign(state, { isLeader: false, versions: [version('a')] });
    keeper.changed();
    await aMoment();
    Object.assign(state, { isLeader: true, versions: undefined });
    keeper.elected();
    await aMoment();
    expect(shared.calls).toEqual([]);
  });

  it('looks at what another one has written when it leads again', async () => {
    const shared = sharedSecret();
    const { keeper, state } = keeperOf(shared);
    state.versions = [version('a')];
    keeper.changed();
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));
    shared.change('');
    keeper.changed();
    await aMoment();
    expect(shared.names()).toEqual([]);
    keeper.elected();
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));
  });

  it('fills it again when somebody has emptied or deleted it, and reads nothing for what is its own', async () => {
    const shared = sharedSecret();
    const { keeper, state, trouble } = keeperOf(shared);
    state.versions = [version('a')];
    keeper.changed();
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));
    keeper.found(textOf({ objects: [version('a')], refused: [] }).text);
    await aMoment();
    expect(shared.calls).toEqual(['read', 'write']);
    shared.change('');
    keeper.found('');
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));
    shared.fail(kubeError(404, 'NotFound', 'there is no Secret'));
    keeper.found(undefined);
    await vi.waitFor(() => expect(trouble).toContain('NotFound'));
    shared.change('');
    shared.fail(undefined);
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));
  });

  it('leaves what somebody has emptied to the leader', async () => {
    const shared = sharedSecret();
    const { keeper, state } = keeperOf(shared);
    state.isLeader = false;
    keeper.found('');
    state.isLeader = true;
    await aMoment();
    expect(shared.calls).toEqual([]);
  });

  it('keeps what another one has written that counts still, and takes in what was refused before it writes', async () => {
    const shared = sharedSecret();
    const { keeper, state } = keeperOf(shared);
    shared.change(textOf({ objects: [version('gone'), version('wrong')], refused: [refused] }).text);
    state.versions = [version('own')];
    state.wrong.push('wrong');
    keeper.elected();
    await vi.waitFor(() => expect(shared.names()).toEqual(['own', 'wrong', 'r is refused']));
    state.wrong.pop();
    state.mended.push('r');
    keeper.changed();
    await vi.waitFor(() => expect(shared.names()).toEqual(['own']));
  });

  it('tries again where somebody was faster, and where it failed', async () => {
    const shared = sharedSecret();
    const { keeper, state, trouble } = keeperOf(shared);
    state.versions = [version('a')];
    shared.fail(kubeError(503, 'ServiceUnavailable', 'later'));
    keeper.changed();
    await vi.waitFor(() => expect(trouble.length).toBeGreaterThan(1));
    shared.fail(undefined);
    await vi.waitFor(() => expect(shared.names()).toEqual(['a']));

    const { read } = shared.secret;
    vi.spyOn(shared.secret, 'read').mockImplementationOnce(async () => {
      const found = await read();
      shared.change('');
      return found;
    });
    state.versions = [version('b')];
    keeper.changed();
    await vi.waitFor(() => expect(shared.names()).toEqual(['b']));
  });
});
