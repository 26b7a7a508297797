import { describe, expect, it } from 'vitest';
import { type Snapshot, snapshotOf } from '../../xds/snapshot/snapshot.ts';
import { typeUrls } from '../../xds/snapshot/type-url.ts';
import type { RefusedVersion } from './refused-version.ts';
import { resource } from './testing/resource.ts';
import { scripted } from './testing/scripted-publisher.ts';

const refused = (version: string, more: Partial<RefusedVersion> = {}): RefusedVersion => ({
  ...{ gateway: 'g', typeUrl: typeUrls.cluster, name: 'c', version, text: 'no' },
  ...{ by: ['envoy/1'], documents: { 'Provider/c': 'same' } },
  ...more,
});

const state = (version: string): Snapshot =>
  snapshotOf([{ ...resource('cluster', 'c', version), origins: ['Provider/c'] }, resource('cluster', 'other')]);

/** What was in force before a restart goes out first, while nobody is connected, and then what is written. */
async function restarted(options: Parameters<typeof scripted>[0], ...known: readonly RefusedVersion[]) {
  const hashes: Record<string, string> = { 'Provider/c': 'before' };
  const script = scripted({ ...options, hashes });
  script.publisher.learn((book) => book.recall(known));
  await script.publisher.publish(state('good'));
  expect(script.publisher.refusals.tried()).toEqual([]);
  hashes['Provider/c'] = options?.hashes?.['Provider/c'] ?? 'same';
  await script.publisher.publish(state('bad'));
  const { publisher, published } = script;
  const tried = () => publisher.refusals.tried().map(({ version }) => version);
  return { ...script, last: () => published.at(-1), tried };
}

const nobody = { isUnknown: () => true };
const [good, bad] = ['c:c@good c:other@1', 'c:c@bad c:other@1'];

describe('createPublisher(), told of what was refused before or elsewhere', () => {
  it('never sends what was refused before a restart, until something else is wanted', async () => {
    const { publisher, published, withheld, last, tried } = await restarted(nobody, refused('bad'));
    expect({ published, withheld: withheld() }).toEqual({ published: [good], withheld: ['c'] });
    expect(publisher.refusals.known()).toEqual([refused('bad')]);
    await publisher.publish(state('mended'));
    expect({ last: last(), withheld: withheld() }).toEqual({ last: 'c:c@mended c:other@1', withheld: [] });
    // What it says in its document is the same: an answer is waited for before that is taken back.
    expect(tried()).toEqual(['bad']);
  });

  it('leaves out what was refused and has never been anything else', async () => {
    const { publisher, published } = scripted(nobody);
    publisher.learn((book) => book.recall([refused('bad')]));
    await publisher.publish(state('bad'));
    expect(published).toEqual(['c:other@1']);
  });

  it('tries what is made otherwise by now, and has said of it what was said until somebody answers', async () => {
    let isAnswered = false;
    const { publisher, last, tried, withheld } = await restarted({ isUnknown: () => !isAnswered }, refused('worse'));
    expect({ last: last(), tried: tried(), withheld: withheld() }).toEqual({
      last: bad,
      tried: ['worse'],
      withheld: [],
    });
    isAnswered = true;
    expect(tried()).toEqual([]);
    isAnswered = false;
    await publisher.publish(state('bad'));
    expect(tried()).toEqual([]);
  });

  it('has nothing to say of a document that was changed since', async () => {
    const hashes = { 'Provider/c': 'other' };
    const { tried, last } = await restarted({ ...nobody, hashes }, refused('worse'));
    expect({ last: last(), tried: tried() }).toEqual({ last: bad, tried: [] });
    // Another one behind it says what it said.
    const documents = { 'Provider/c': 'other', 'Model/c': 'gone' };
    expect((await restarted({ ...nobody, hashes }, refused('worse', { documents }))).tried()).toEqual(['worse']);
  });

  it('goes on trying whatever else is published, while other replicas still count it as refused', async () => {
    let connected: readonly string[] = ['envoy/1'];
    const { publisher, last } = await restarted({ ...nobody, connected: () => connected });
    publisher.learn((book) => book.tell([refused('bad')]));
    await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toBe(good);
    connected = ['envoy/2'];
    publisher.learn((book) => book.reconsider());
    await publisher.publish(state('bad'));
    expect(last()).toBe(bad);
    publisher.learn((book) => book.tell([refused('bad'), refused('1', { name: 'gone' })]));
    await publisher.publish(state('bad'));
    expect(last()).toBe(bad);
  });

  it('tries again once whoever refused it has left and others have come', async () => {
    let connected: readonly string[] = ['envoy/1', 'sluice-processor/2'];
    const { publisher, last, tried } = await restarted({ ...nobody, connected: () => connected }, refused('bad'));
    const whenThereAre = async (...kinds: readonly string[]) => {
      connected = kinds;
      publisher.learn((book) => book.reconsider());
      await new Promise((resolve) => setImmediate(resolve));
      return last();
    };
    expect(await whenThereAre('sluice-processor/2')).toBe(good);
    expect(await whenThereAre('envoy/1', 'envoy/2')).toBe(good);
    expect(await whenThereAre('envoy/2')).toBe(bad);
    expect(tried()).toEqual(['bad']);
    publisher.refused(typeUrls.cluster, new Map([['c', 'bad']]), 'no, too', 'envoy/2');
    await new Promise((resolve) => setImmediate(resolve));
    expect(last()).toBe(good);
    expect(publisher.refusals.known()).toEqual([refused('bad', { text: 'no, too', by: ['envoy/1', 'envoy/2'] })]);
  });

  it('takes back what clients of another replica refuse, and sends it again when they no longer do', async () => {
    let connected: readonly string[] = [];
    const { publisher, published, last } = await restarted({ ...nobody, connected: () => connected });
    const told = async (...known: readonly RefusedVersion[]) => {
      publisher.learn((book) => book.tell(known));
      await new Promise((resolve) => setImmediate(resolve));
      return last();
    };
    expect(published).toEqual([good, bad]);
    expect(await told(refused('bad'), refused('bad', { gateway: 'another' }))).toBe(good);
    connected = ['envoy/1'];
    expect(await told()).toBe(good);
    expect(await told(refused('bad'))).toBe(good);
    connected = [];
    expect(await told()).toBe(bad);
  });

  it('keeps what its own clients have in force, whatever others refuse, and says so', async () => {
    const { publisher, last, withheld } = await restarted({});
    publisher.learn((book) => book.tell([refused('bad')]));
    expect({ last: last(), withheld: withheld() }).toEqual({ last: bad, withheld: [] });
    const { typeUrl, name, version } = refused('bad');
    expect(publisher.refusals.accepted()).toEqual([{ gateway: 'g', typeUrl, name, version }]);
  });

  it('lets go of what clients of another replica have in force by now, unless its own refuse it', async () => {
    let connected: readonly string[] = ['envoy/1'];
    const script = await restarted({ ...nobody, connected: () => connected }, refused('bad'));
    const hear = async () => {
      script.publisher.learn((book) => book.heard([refused('bad')]));
      await new Promise((resolve) => setImmediate(resolve));
      return [script.last(), ...script.tried()];
    };
    expect(await hear()).toEqual([good]);
    connected = [];
    expect(await hear()).toEqual([bad]);
  });

  it('tries again what was only suspect when what came with it is mended', async () => {
    const other = refused('1', { name: 'other', isSuspect: true });
    const script = scripted(nobody);
    script.publisher.learn((book) => book.recall([refused('bad', { isSuspect: true }), other]));
    await script.publisher.publish(state('bad'));
    expect(script.published).toEqual(['']);
    await script.publisher.publish(state('mended'));
    expect(script.published.at(-1)).toBe('c:c@mended c:other@1');
  });

  it('does not try again what was refused by itself when something else is mended of which the same was said', async () => {
    const script = scripted(nobody);
    script.publisher.learn((book) => book.recall([refused('bad'), refused('1', { name: 'other' })]));
    await script.publisher.publish(state('bad'));
    await script.publisher.publish(state('mended'));
    expect(script.published.at(-1)).toBe('c:c@mended');
  });

  it('tries again what was only suspect also where the other one was mended before the answer came', async () => {
    const { publisher, published } = scripted({ isUnknown: ({ version }) => version !== 'good' && version !== '1' });
    const both = (version: string, other: string): Snapshot =>
      snapshotOf([resource('cluster', 'c', version), resource('cluster', 'other', other)]);
    await publisher.publish(both('good', '1'));
    await publisher.publish(both('bad', '2'));
    const mended = publisher.publish(both('mended', '2'));
    const batch = new Map([
      ['c', 'bad'],
      ['other', '2'],
    ]);
    publisher.refused(typeUrls.cluster, batch, 'no', 'envoy/1');
    await mended;
    expect(published.slice(-2)).toEqual(['c:c@mended c:other@1', 'c:c@mended c:other@2']);
  });

  it('tries again what was only suspect also where the other one was replaced by the time of the answer', async () => {
    const { publisher, published } = scripted({ isUnknown: ({ version }) => version !== 'good' && version !== '1' });
    const both = (version: string, other: string): Snapshot =>
      snapshotOf([resource('cluster', 'c', version), resource('cluster', 'other', other)]);
    for (const [version, other] of [
      ['good', '1'],
      ['bad', '2'],
      ['mended', '2'],
    ] as const) {
      await publisher.publish(both(version, other));
    }
    const batch = new Map([
      ['c', 'bad'],
      ['other', '2'],
    ]);
    const refuse = async (refusedBatch: ReadonlyMap<string, string>) => {
      published.splice(0);
      publisher.refused(typeUrls.cluster, refusedBatch, 'no', 'envoy/1');
      await new Promise((resolve) => setImmediate(resolve));
      return published;
    };
    expect(await refuse(batch)).toEqual(['c:c@mended c:other@1', 'c:c@mended c:other@2']);
    // Refused by itself, it is not right, whatever another one says of the old batch later.
    expect(await refuse(new Map([['other', '2']]))).toEqual(['c:c@mended c:other@1']);
    expect(await refuse(batch)).toEqual([]);
  });

  it('goes back to what was only suspect once it has been taken', async () => {
    const inForce = new Set(['good', '1']);
    const { publisher, published } = scripted({ isUnknown: ({ version }) => !inForce.has(version) });
    const both = (version: string, other: string): Snapshot =>
      snapshotOf([resource('cluster', 'c', version), resource('cluster', 'other', other)]);
    const refuse = async (...batch: readonly (readonly [string, string])[]) => {
      publisher.refused(typeUrls.cluster, new Map(batch), 'no', 'envoy/1');
      await new Promise((resolve) => setImmediate(resolve));
      return published.at(-1);
    };
    await publisher.publish(both('good', '1'));
    await publisher.publish(both('bad', '2'));
    expect(await refuse(['c', 'bad'], ['other', '2'])).toBe('c:c@good c:other@1');
    await publisher.publish(both('mended', '2'));
    inForce.add('mended').add('2');
    await publisher.publish(both('mended', '3'));
    expect(await refuse(['other', '3'])).toBe('c:c@mended c:other@2');
  });
});
