import { link, mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SourceState } from '../source.ts';
import { provider, type TestFolder, testFolder } from '../testing/folder.ts';
import { type FolderSource, type WatchOptions, watchFolder } from './watch.ts';

interface Watched {
  readonly source: FolderSource;
  readonly states: SourceState[];
  readonly errors: Error[];
  /** Waits for a state; fails with what there is instead after twenty seconds. */
  until(isWanted: (ids: readonly string[], state: SourceState) => boolean): Promise<SourceState>;
}

/** Without the slow look from time to time: what these tests see was noticed by watching. */
async function watched(folder: TestFolder, options: Partial<WatchOptions> = {}): Promise<Watched> {
  const states: SourceState[] = [];
  const errors: Error[] = [];
  const source = await watchFolder(folder.path, {
    quietMs: 10,
    pollMs: 3_600_000,
    ...options,
    onChange: (state) => states.push(state),
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => source.close());
  return {
    source,
    states,
    errors,
    async until(isWanted) {
      const deadline = Date.now() + 20_000;
      for (;;) {
        const state = states.at(-1) ?? source.state;
        if (isWanted(idsOf(state), state)) return state;
        if (Date.now() > deadline) throw new Error(`still ${JSON.stringify([idsOf(state), state.problems])}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
  };
}

function idsOf(state: SourceState): readonly string[] {
  return state.documents.map((document) => document.id);
}

describe('watchFolder', () => {
  it('gives the state at the start, and does not report it again', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const { source, states } = await watched(folder);
    expect(idsOf(source.state)).toEqual(['Provider/a']);
    await source.refresh();
    expect(states).toEqual([]);
  });

  it('notices files that are written, replaced and removed', async () => {
    const folder = await testFolder();
    const { until } = await watched(folder);
    await folder.write('a.yaml', provider('a'));
    await until((ids) => ids.includes('Provider/a'));
    await folder.replace('a.yaml', provider('b'));
    await until((ids) => ids.join() === 'Provider/b');
    await folder.write('c.yaml', provider('c'));
    await folder.remove('a.yaml');
    await until((ids) => ids.join() === 'Provider/c');
  });

  it('goes on with the last policy while its files are away, and notices them when they are back', async () => {
    const folder = await testFolder();
    await folder.write('sub/a.yaml', provider('a'));
    const { until } = await watched(folder);
    await folder.remove('sub');
    const emptied = await until((_ids, state) => state.problems.length > 0);
    expect(idsOf(emptied)).toEqual(['Provider/a']);
    await folder.write('b.yaml', provider('b'));
    await until((ids, state) => ids.join() === 'Provider/b' && state.problems.length === 0);
  });

  it('notices files in a folder that is new', async () => {
    const folder = await testFolder();
    const { until } = await watched(folder);
    await mkdir(folder.at('sub'));
    await folder.write('sub/deep/a.yaml', provider('a'));
    await until((ids) => ids.includes('Provider/a'));
    await folder.write('sub/deep/b.yaml', provider('b'));
    await until((ids) => ids.includes('Provider/b'));
  });

  it('notices that Kubernetes swaps a mount, twice', async () => {
    const folder = await testFolder();
    const swap = async (version: string, text: string): Promise<void> => {
      await folder.write(`..${version}/policy.yaml`, text);
      await symlink(`..${version}`, folder.at('..data_tmp'));
      await rename(folder.at('..data_tmp'), folder.at('..data'));
    };
    await swap('1', provider('a'));
    await symlink('..data/policy.yaml', folder.at('policy.yaml'));
    const { source, until } = await watched(folder);
    expect(idsOf(source.state)).toEqual(['Provider/a']);
    await swap('2', provider('b'));
    await until((ids) => ids.join() === 'Provider/b');
    await folder.remove('..1');
    await swap('3', provider('c'));
    await until((ids) => ids.join() === 'Provider/c');
  });

  it('notices a change behind a symlink', async () => {
    const [folder, other] = [await testFolder(), await testFolder()];
    await other.write('real.yaml', provider('a'));
    await symlink(other.at('real.yaml'), folder.at('a.yaml'));
    const { until } = await watched(folder);
    await writeFile(other.at('real.yaml'), provider('b'));
    await until((ids) => ids.join() === 'Provider/b');
  });

  it.each([
    ['that is the folder itself', '', 'policy'],
    ['in the folder', 'policy/', 'policy/team'],
  ])('notices that a symlink %s is swapped, and then what is saved where it leads', async (_, above, link) => {
    const parent = await testFolder();
    const at = (name: string): string => parent.at(name);
    await parent.write('old/a.yaml', provider('a'));
    await parent.write('new/b.yaml', provider('b'));
    if (above !== '') await mkdir(at(above));
    await symlink(at('old'), at(link));
    const { until } = await watched({ ...parent, path: at('policy') });
    await symlink(at('new'), at('next'));
    await rename(at('next'), at(link));
    await until((ids) => ids.join() === 'Provider/b');
    await parent.write('new/c.yaml', provider('c'));
    await until((ids) => ids.join() === 'Provider/b,Provider/c');
  });

  it('reports many files saved at once as one change', async () => {
    const folder = await testFolder();
    // A busy machine may take long between two of them.
    const { states, until } = await watched(folder, { quietMs: 2_000, maxMs: 60_000 });
    for (let index = 0; index < 50; index++) await folder.write(`${index}.yaml`, provider(`p${index}`));
    await until((ids) => ids.length === 50);
    expect(states.length).toBeLessThanOrEqual(2);
  });

  it('does not wake up for what editors leave beside a file', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const { source, states } = await watched(folder);
    for (const name of ['.a.yaml.swp', '4913', 'a.yaml~', '#a.yaml#', '.#a.yaml'])
      await folder.write(name, 'broken: [');
    await source.refresh();
    expect(states).toEqual([]);
  });

  it('does not wake up for what happens beside the folder, which may stand in one as busy as /tmp', async () => {
    const [parent, elsewhere] = [await testFolder(), await testFolder()];
    await elsewhere.write('old/a.yaml', provider('a'));
    await elsewhere.write('new/a.yaml', provider('b'));
    await symlink('old', elsewhere.at('current'));
    await mkdir(parent.at('policy'));
    await symlink(elsewhere.at('current/a.yaml'), parent.at('policy/a.yaml'));
    const { source, states } = await watched({ ...parent, path: parent.at('policy') });
    // Watching begins with a look, which must be over.
    await new Promise((resolve) => setTimeout(resolve, 50));
    await source.refresh();
    // No event tells of this; whoever looks sees it.
    await symlink('new', elsewhere.at('next'));
    await rename(elsewhere.at('next'), elsewhere.at('current'));
    await parent.write('noise', '');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(states).toEqual([]);
    await source.refresh();
    expect(states.map(idsOf)).toEqual([['Provider/b']]);
  });

  it('goes on with the last policy while the folder is away, and with the new one when it is back', async () => {
    const folder = await testFolder();
    await folder.write('a.yaml', provider('a'));
    const { until } = await watched(folder);
    await rename(folder.path, `${folder.path}.away`);
    const away = await until((_ids, state) => state.problems.length > 0);
    expect(idsOf(away)).toEqual(['Provider/a']);
    expect(away.problems[0]?.message).toBe('does not exist; the last policy stays in force');
    await mkdir(`${folder.path}.new`);
    await writeFile(`${folder.path}.new/b.yaml`, provider('b'));
    await rename(`${folder.path}.new`, folder.path);
    await until((ids, state) => ids.join() === 'Provider/b' && state.problems.length === 0);
    await folder.write('c.yaml', provider('c'));
    await until((ids) => ids.join() === 'Provider/b,Provider/c');
  });

  it('waits for a folder that does not exist yet', async () => {
    const folder = await testFolder();
    await folder.remove('');
    const { source, until } = await watched(folder);
    expect(source.state.problems[0]?.message).toBe('does not exist');
    await folder.write('a.yaml', provider('a'));
    await until((ids) => ids.includes('Provider/a'));
  });

  it('looks from time to time even if no event arrives', async () => {
    const [folder, other] = [await testFolder(), await testFolder()];
    await other.write('real.yaml', provider('a'));
    await link(other.at('real.yaml'), folder.at('a.yaml'));
    // What was written a moment ago is read again at every look.
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { until } = await watched(folder, { pollMs: 20 });
    // Watching begins with a look.
    await new Promise((resolve) => setTimeout(resolve, 100));
    // Written by its other name, of which the folder knows nothing.
    await other.write('real.yaml', provider('b'));
    await until((ids) => ids.join() === 'Provider/b');
  });

  it('looks at once when asked to', async () => {
    const folder = await testFolder();
    const { source, states } = await watched(folder, { quietMs: 3_600_000, maxMs: 3_600_000 });
    await folder.write('a.yaml', provider('a'));
    await Promise.all([source.refresh(), source.refresh()]);
    expect(states.map(idsOf)).toEqual([['Provider/a']]);
  });

  it('says nothing after it was closed', async () => {
    const folder = await testFolder();
    const { source, states, errors } = await watched(folder, { pollMs: 10 });
    await folder.write('a.yaml', provider('a'));
    await source.close();
    const count = states.length;
    await folder.write('b.yaml', provider('b'));
    await source.refresh();
    expect(states.length).toBe(count);
    expect(errors).toEqual([]);
  });
});
