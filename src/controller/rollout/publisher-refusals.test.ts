import { describe, expect, it } from 'vitest';
import type { Resource } from '../../xds/snapshot/resource.ts';
import { type Snapshot, snapshotOf } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import { resource } from './testing/resource.ts';
import { scripted } from './testing/scripted-publisher.ts';

const script = (version: string): ReadonlyMap<string, string> => new Map([['script', version]]);

const stateWith = (version: string): Snapshot =>
  snapshotOf([resource('extensionConfig', 'script', version), resource('listener', 'l', '1', 'script')]);

describe('createPublisher(), told of a refusal after it has published', () => {
  it('puts a stand-in for a filter that is refused, however late, at once, and keeps the listener', async () => {
    let isUnknown = true;
    const { publisher, published, withheld } = scripted({ isUnknown: ({ name }) => name === 'script' && isUnknown });
    await publisher.publish(snapshotOf([resource('listener', 'l', '1')]));
    await publisher.publish(
      snapshotOf([resource('listener', 'l', '2', 'script'), resource('extensionConfig', 'script')]),
    );
    expect(published.at(-1)).toBe('f:script@1 l:l@2');
    // Only when it has the listener Envoy asks for what the listener names.
    publisher.refused(typeUrls.extensionConfig, script('1'), 'script load error', 'envoy/1');
    expect(published.at(-1)).toBe('f:script@none l:l@2');
    // One that refuses even that changes nothing.
    publisher.refused(typeUrls.extensionConfig, script('none'), 'unknown type', 'envoy/1');
    await publisher.publish(
      snapshotOf([resource('listener', 'l', '2', 'script'), resource('extensionConfig', 'script')]),
    );
    expect({ last: published.at(-1), withheld: withheld() }).toEqual({
      last: 'f:script@none l:l@2',
      withheld: ['script'],
    });

    isUnknown = false;
    const mended = [resource('listener', 'l', '2', 'script'), resource('extensionConfig', 'script', '2')];
    await publisher.publish(snapshotOf(mended));
    expect({ last: published.at(-1), withheld: withheld() }).toEqual({ last: 'f:script@2 l:l@2', withheld: [] });
    // Another client that refuses what others have in force changes nothing.
    publisher.refused(typeUrls.extensionConfig, script('2'), 'script load error', 'envoy/1');
    expect(withheld()).toEqual([]);
  });

  it('goes back to the accepted configuration of a filter at once', async () => {
    const { publisher, published } = scripted({ refuse: ({ version }) => (version === 'bad' ? 'no' : undefined) });
    const state = (version: string, listener: string) =>
      snapshotOf([resource('extensionConfig', 'script', version), resource('listener', 'l', listener, 'script')]);
    await publisher.publish(state('1', '1'));
    await publisher.publish(state('bad', '2'));
    expect(published.slice(-3)).toEqual(['f:script@bad l:l@1', 'f:script@1 l:l@1', 'f:script@1 l:l@2']);
  });

  it('goes back to it also when the refusal comes after everybody seemed to have answered', async () => {
    const { publisher, published } = scripted({ isUnknown: ({ version }) => version.startsWith('bad') });
    await publisher.publish(stateWith('1'));
    await publisher.publish(stateWith('2'));
    // Two at once: the first was never in force anywhere.
    await publisher.publish(stateWith('bad'));
    await publisher.publish(stateWith('bad too'));
    publisher.refused(typeUrls.extensionConfig, script('bad too'), 'script load error', 'envoy/1');
    expect(published.at(-1)).toBe('f:script@2 l:l@1');
  });

  it('blames nothing else of a batch in which a removal was refused', async () => {
    const { publisher, withheld } = scripted({ isUnknown: () => true });
    await publisher.publish(snapshotOf([resource('cluster', 'kept')]));
    const batch = new Map([
      ['kept', '1'],
      ['gone', undefined],
    ]);
    publisher.refused(typeUrls.cluster, batch, 'Error removing cluster gone', 'envoy/1');
    expect(withheld()).toEqual([]);
  });

  it('stays with it when other clients refuse the same version after it was taken back', async () => {
    const { publisher, published, withheld } = scripted({
      refuse: ({ version }) => (version === 'bad' ? 'script load error' : undefined),
      clients: 3,
    });
    await publisher.publish(stateWith('1'));
    await publisher.publish(stateWith('bad'));
    expect({ last: published.at(-1), withheld: withheld() }).toEqual({
      last: 'f:script@1 l:l@1',
      withheld: ['script'],
    });
  });

  it('goes back to it again when the next version comes before anybody has answered that it is back', async () => {
    let isUnknown = (_each: Pick<Resource, 'name' | 'version'>): boolean => false;
    const { publisher, published } = scripted({ isUnknown: (each) => isUnknown(each) });
    await publisher.publish(stateWith('1'));
    isUnknown = ({ version }) => version === 'bad';
    await publisher.publish(stateWith('bad'));
    publisher.refused(typeUrls.extensionConfig, script('bad'), 'script load error', 'envoy/1');
    expect(published.at(-1)).toBe('f:script@1 l:l@1');
    isUnknown = () => true;
    await publisher.publish(stateWith('worse'));
    publisher.refused(typeUrls.extensionConfig, script('worse'), 'script load error', 'envoy/1');
    expect(published.at(-1)).toBe('f:script@1 l:l@1');
  });

  it('goes back to a version that was accepted only when it had been replaced', async () => {
    const answered = new Set<string>();
    const { publisher, published } = scripted({ isUnknown: ({ version }) => !answered.has(version) });
    for (const version of ['0', '1', 'bad', 'worse']) await publisher.publish(stateWith(version));
    answered.add('0');
    publisher.refused(typeUrls.extensionConfig, script('worse'), 'script load error', 'envoy/1');
    expect(published.at(-1)).toBe('f:script@0 l:l@1');
  });

  it('tries what came before where nobody has ever answered, and then the stand-in', async () => {
    const { publisher, published, withheld } = scripted({ isUnknown: () => true });
    for (const version of ['1', 'bad', 'worse', 'worst']) await publisher.publish(stateWith(version));
    // Of what has been replaced by now.
    publisher.refused(typeUrls.extensionConfig, script('worse'), 'script load error', 'envoy/1');
    publisher.refused(typeUrls.extensionConfig, script('worst'), 'script load error', 'envoy/1');
    expect(published.at(-1)).toBe('f:script@1 l:l@1');
    publisher.refused(typeUrls.extensionConfig, script('1'), 'script load error', 'envoy/1');
    await publisher.publish(stateWith('worst'));
    expect({ last: published.slice(-2), withheld: withheld() }).toEqual({
      last: ['f:script@1 l:l@1', 'f:script@none l:l@1'],
      withheld: ['script'],
    });
  });

  it('takes back a late refusal of a cluster together with the provider that came to name it', async () => {
    const { publisher, published } = scripted({ lingerMs: 60_000, isUnknown: ({ name }) => name === 'new' });
    const withAddress = (address: string, version: string): Snapshot =>
      snapshotOf([resource('cluster', address), resource('programProvider', 'p', version, address)]);
    await publisher.publish(withAddress('old', '1'));
    await publisher.publish(withAddress('new', '2'));
    expect(published.at(-1)).toBe('c:new@1 c:old@1 p:p@2');
    publisher.refused(typeUrls.cluster, new Map([['new', '1']]), 'cluster new: no', 'envoy/1');
    await publisher.publish(withAddress('new', '2'));
    expect(published.at(-1)).toBe('c:old@1 p:p@1');
    publisher.close();
  });

  it('leaves routes of the program alone that a refused route table does not concern', async () => {
    const { publisher, published } = scripted({ refuse: ({ version }) => (version === 'bad' ? 'no' : undefined) });
    const state = (table: string, changed: string, more: readonly Resource[] = [], before?: Snapshot): Snapshot => {
      const routes = [resource('programRoute', 'same'), resource('programRoute', 'changed', changed)];
      return snapshotOf([resource('route', 'table', table), ...routes, ...more], before);
    };
    const first = state('1', '1');
    await publisher.publish(first);
    await publisher.publish(state('bad', '2', [resource('programRoute', 'new')], first));
    expect(published.at(-1)).toBe('m:changed@1 m:same@1 r:table@1');
  });

  it('takes no port away for a route table that is the only one: clients may have one from before a restart', async () => {
    const { publisher, published, withheld } = scripted({ isUnknown: () => true });
    const port = [resource('route', 'table'), resource('listener', 'port'), resource('extensionConfig', 'port')];
    const state = snapshotOf(port);
    await publisher.publish(state);
    publisher.refused(typeUrls.route, new Map([['table', '1']]), 'no', 'envoy/1');
    expect(withheld()).toEqual(['table']);
    await publisher.publish(snapshotOf([...port, resource('cluster', 'c')], state));
    expect(published).toEqual(['f:port@1 l:port@1 r:table@1', 'c:c@1 f:port@1 l:port@1 r:table@1']);
  });

  it('never goes back to what had its name before it was deleted', async () => {
    const { publisher, published } = scripted({ refuse: ({ version }) => (version === 'bad' ? 'no' : undefined) });
    const other = resource('cluster', 'other');
    for (const version of ['1', '2']) await publisher.publish(snapshotOf([resource('cluster', 'c', version), other]));
    await publisher.publish(snapshotOf([other]));
    await publisher.publish(snapshotOf([resource('cluster', 'c', 'bad'), other]));
    expect(published.at(-1)).toBe('c:other@1');
  });

  it('goes back to it also when something else has been deleted since', async () => {
    let isUnknown = false;
    const { publisher, published } = scripted({ isUnknown: ({ version }) => isUnknown && version !== '1' });
    await publisher.publish(snapshotOf([resource('cluster', 'c', '1'), resource('cluster', 'other')]));
    isUnknown = true;
    await publisher.publish(snapshotOf([resource('cluster', 'c', 'bad'), resource('cluster', 'other')]));
    await publisher.publish(snapshotOf([resource('cluster', 'c', 'bad')]));
    publisher.refused(typeUrls.cluster, new Map([['c', 'bad']]), 'no', 'envoy/1');
    await new Promise((resolve) => setImmediate(resolve));
    expect(published.at(-1)).toBe('c:c@1');
  });

  it('goes back to what others had in force also when a late client has refused it', async () => {
    const { publisher, published } = scripted({ isUnknown: ({ version }) => version === 'bad' });
    const state = (version: string) => snapshotOf([resource('cluster', 'c', version)]);
    await publisher.publish(state('1'));
    await publisher.publish(state('bad'));
    for (const version of ['1', 'bad']) {
      publisher.refused(typeUrls.cluster, new Map([['c', version]]), 'no', 'envoy/1');
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(published.at(-1)).toBe('c:c@1');
  });

  it('remembers everybody who has refused it, and tries it again only when all of them have left', async () => {
    let connected: readonly string[] = ['envoy/1', 'envoy/2'];
    const { publisher, published } = scripted({ isUnknown: () => true, connected: () => connected });
    await publisher.publish(snapshotOf([resource('cluster', 'c', 'bad')]));
    for (const kind of connected.toReversed()) publisher.refused(typeUrls.cluster, new Map([['c', 'bad']]), 'no', kind);
    expect(publisher.refusals.known()).toMatchObject([{ by: ['envoy/1', 'envoy/2'] }]);
    const whenThereAre = async (...kinds: readonly string[]) => {
      connected = kinds;
      publisher.learn((book) => book.reconsider());
      await new Promise((resolve) => setImmediate(resolve));
      return published.at(-1);
    };
    expect(await whenThereAre('envoy/2', 'envoy/3')).toBe('');
    expect(await whenThereAre('envoy/3')).toBe('c:c@bad');
  });
});
