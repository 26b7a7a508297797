import { describe, expect, it } from 'vitest';
import type { RefusedVersion } from '../rollout/refused-version.ts';
import { documentTypeUrl } from './document-version.ts';
import { documentOf, scriptedIsolation, type Written } from './testing/scripted-isolation.ts';

const refused = (name: string, version: string): RefusedVersion => {
  const { id, hash } = documentOf(name, version);
  return {
    ...{ gateway: 'g', typeUrl: documentTypeUrl, name: id, version: hash, text: `no ${name}` },
    ...{ by: ['envoy/1'], documents: { [id]: hash } },
  };
};

describe('createIsolation()', () => {
  it('lets everybody in where nobody is refused, in one build', () => {
    const { write, served, trials, blamed } = scriptedIsolation({});
    write({ a: 'x', b: 'x' });
    expect([served(), trials().length, blamed()]).toEqual([['a: x', 'b: x'], 1, {}]);
  });

  it('goes back to what was accepted of the one that has changed, and tries nothing in between', () => {
    const { write, trials, blamed } = scriptedIsolation({});
    write({ a: 'x', b: 'x' });
    write({ a: 'bad', b: 'x' });
    expect(trials().slice(1)).toEqual([
      ['a: bad', 'b: x'],
      ['a: x', 'b: x'],
      ['a: x', 'b: x'],
    ]);
    expect(blamed()).toEqual({ 'HTTPRoute/a': 'no a: bad' });
  });

  it('takes the rest of a change, and never anything that was not accepted or is on trial', () => {
    const { write, served, trials, blamed } = scriptedIsolation({});
    write({ a: 'x', b: 'x', c: 'x', d: 'x', e: 'x' });
    write({ a: 'y', b: 'y', c: 'bad', d: 'y', e: 'x' });
    expect(served()).toEqual(['a: y', 'b: y', 'c: x', 'd: y', 'e: x']);
    expect(blamed()).toEqual({ 'HTTPRoute/c': 'no c: bad' });
    // What has not changed is no suspect.
    expect(new Set(trials().map((parts) => parts[4]))).toEqual(new Set(['e: x']));
  });

  it('keeps what is held back while others change, and lets it in when it is another', () => {
    const { write, served, trials } = scriptedIsolation({});
    write({ a: 'x', b: 'x' });
    write({ a: 'bad', b: 'x' });
    const before = trials().length;
    write({ a: 'bad', b: 'y' });
    expect(trials().slice(before)).toEqual([['a: x', 'b: y']]);
    write({ a: 'bad2', b: 'y' });
    write({ a: 'z', b: 'y' });
    expect(served()).toEqual(['a: z', 'b: y']);
  });

  it('goes back to the version that was accepted, over several that were not', () => {
    const { write, served, blamed } = scriptedIsolation({});
    write({ a: 'x' });
    write({ a: 'bad' });
    write({ a: 'bad2' });
    expect([served(), blamed()]).toEqual([['a: x'], { 'HTTPRoute/a': 'no a: bad2' }]);
  });

  it('closes a new route, and leaves it out where its matches are refused too', () => {
    const closing = scriptedIsolation({});
    closing.write({ a: 'x' });
    closing.write({ a: 'x', b: 'bad' });
    expect(closing.served()).toEqual(['a: x', 'b: closed']);
    const leaving = scriptedIsolation({ refuse: (parts) => parts.find((part) => /^b: (bad|closed)/.test(part)) });
    leaving.write({ a: 'x' });
    leaving.write({ a: 'x', b: 'bad' });
    expect(leaving.served()).toEqual(['a: x']);
    // One that comes later finds it so.
    leaving.write({ a: 'x', b: 'bad', c: 'y' });
    expect(leaving.served()).toEqual(['a: x', 'c: y']);
    leaving.write({ a: 'x', c: 'y', b: 'good' });
    expect(leaving.served()).toEqual(['a: x', 'c: y', 'b: good']);
  });

  it('leaves out the one whose matches are refused, and closes the next', () => {
    const { write, served } = scriptedIsolation({
      refuse: (parts) => parts.find((part) => /^[bc]: bad|^b: closed/.test(part)),
    });
    write({ a: 'x', b: 'bad' });
    expect(served()).toEqual(['a: x']);
    write({ a: 'x', b: 'bad', c: 'bad' });
    expect(served()).toEqual(['a: x', 'c: closed']);
    // The same name, and another content: nothing is known of its matches.
    write({ a: 'x', b: 'bad2', c: 'bad' });
    expect(served()).toEqual(['a: x', 'c: closed']);
    write({ a: 'x', b: 'good', c: 'bad' });
    expect(served()).toEqual(['a: x', 'b: good', 'c: closed']);
  });

  it('has nothing new in force while it searches: what comes with a bad one is as it was before', () => {
    const { write, trials } = scriptedIsolation({});
    write({ a: 'x' });
    write({ a: 'x', b: 'bad', c: 'y' });
    const [, refused, first] = trials();
    expect([refused, first]).toEqual([['a: x', 'b: bad', 'c: y'], ['a: x']]);
  });

  it('never leaves out a guard: where its barrier is refused too, the last tables stay', () => {
    const { write, served, trials, isolation } = scriptedIsolation({
      refuse: (parts) => parts.find((part) => /^guard: (bad|closed)/.test(part)),
    });
    write({ a: 'x' });
    write({ a: 'y', guard: 'bad' });
    expect(trials().length).toBeLessThan(15);
    // It is asked for, and refused: what clients have is what they had.
    expect(served()).toEqual(['a: y', 'guard: closed']);
    expect(isolation.stuck().map(({ resource }) => resource.name)).toEqual(['HTTPRoute/a', 'SecurityPolicy/guard']);
  });

  it('has nobody get past a guard of which no version can be in force', () => {
    const { write, served, trials } = scriptedIsolation({});
    write({ a: 'x' });
    write({ a: 'x', guard: 'bad' });
    expect(served()).toEqual(['a: x', 'guard: closed']);
    // Until it is known, it is as it was before it came.
    expect(trials()).toContainEqual(['a: x']);
    const fresh = scriptedIsolation({});
    fresh.write({ a: 'x', guard: 'bad' });
    expect(fresh.served()).toEqual(['a: x', 'guard: closed']);
    expect(fresh.trials().every((parts) => parts.some((part) => part.startsWith('guard')))).toBe(true);
  });

  it('suspects everybody where nothing was ever accepted', () => {
    const { write, served, blamed } = scriptedIsolation({});
    write({ a: 'x', b: 'bad', c: 'x', d: 'bad' });
    expect(served()).toEqual(['a: x', 'b: closed', 'c: x', 'd: closed']);
    expect(Object.keys(blamed())).toEqual(['HTTPRoute/b', 'HTTPRoute/d']);
  });

  it('suspects those that have not changed where the others are not to blame', () => {
    let isStrict = false;
    const { write, served } = scriptedIsolation({
      refuse: (parts) => (isStrict ? parts.find((part) => part.startsWith('a: x')) : undefined),
    });
    write({ a: 'x', b: 'x' });
    isStrict = true;
    write({ a: 'x', b: 'y' });
    expect(served()).toEqual(['a: closed', 'b: y']);
  });

  it('gives up where nobody can be to blame, and leaves all as it is written', () => {
    const { write, served, blamed, trials, isolation } = scriptedIsolation({ refuse: () => 'never' });
    write({ a: 'x', b: 'y' });
    expect([served(), blamed()]).toEqual([['a: x', 'b: y'], {}]);
    expect(isolation.stuck().map(({ resource, text }) => `${resource.name}: ${text}`)).toEqual([
      'HTTPRoute/a: never',
      'HTTPRoute/b: never',
    ]);
    // The same is not gone through again.
    const before = trials().length;
    write({ a: 'x', b: 'y' });
    expect(trials().length).toBe(before + 1);
  });

  it('says of nothing that is in force that it is not', () => {
    let isStrict = false;
    const { write, isolation } = scriptedIsolation({ refuse: () => (isStrict ? 'never' : undefined) });
    write({ a: 'x', b: 'x' });
    isStrict = true;
    write({ a: 'x', b: 'y' });
    expect(isolation.stuck().map(({ resource }) => resource.name)).toEqual(['HTTPRoute/b']);
    isStrict = false;
    write({ a: 'x', b: 'z' });
    expect(isolation.stuck()).toEqual([]);
  });

  it('waits for an answer as long as it takes, and says so while somebody is there', () => {
    let isMute = true;
    let kinds: readonly string[] = ['envoy/1'];
    const { write, answer, served, isolation } = scriptedIsolation({ doesAnswer: () => !isMute, kinds: () => kinds });
    write({ a: 'x', b: 'x' });
    expect(isolation.isBusy()).toBe(false);
    isMute = false;
    answer();
    write({ a: 'y', b: 'y', c: 'bad' });
    isMute = true;
    write({ a: 'z', b: 'z', c: 'bad', d: 'bad2' });
    isMute = false;
    answer();
    expect(served()).toEqual(['a: z', 'b: z', 'c: closed', 'd: closed']);
    expect(isolation.isBusy()).toBe(false);
    kinds = [];
    write({ a: 'z', b: 'bad' });
    expect([served(), isolation.isBusy()]).toEqual([['a: z', 'b: bad'], false]);
  });

  it('drops a search for what is not written any more', () => {
    let isMute = false;
    const { write, answer, served, isolation } = scriptedIsolation({
      doesAnswer: () => !isMute,
      refuse(parts) {
        // It says no once, and nothing more until it is asked for something else.
        const isBad = parts.some((part) => part.includes('bad'));
        isMute = isBad;
        return isBad ? 'no' : undefined;
      },
    });
    write({ a: 'x', b: 'x' });
    write({ a: 'bad', b: 'y' });
    expect(isolation.isBusy()).toBe(true);
    isMute = false;
    write({ a: 'z', b: 'y' });
    answer();
    expect([served(), isolation.isBusy()]).toEqual([['a: z', 'b: y'], false]);
  });

  describe('told of what was refused before a restart or elsewhere', () => {
    const restarted = (written: Written, options: Parameters<typeof scriptedIsolation>[0] = {}) => {
      const script = scriptedIsolation({ before: { a: 'x' }, ...options });
      script.isolation.learn((book) => book.recall([refused('a', 'bad')]));
      script.write({ ...written, a: 'x' });
      script.write(written);
      return script;
    };

    it('never sends it, and goes back to what it knows to have been before', () => {
      const { trials, served, blamed, isolation } = restarted({ a: 'bad', b: 'x' }, { kinds: () => [] });
      expect(trials().some((parts) => parts.includes('a: bad'))).toBe(false);
      expect([served(), blamed()]).toEqual([['a: x', 'b: x'], { 'HTTPRoute/a': 'no a' }]);
      expect(isolation.refusals.known()).toEqual([refused('a', 'bad')]);
    });

    it('has what was before in its place while it searches, where nothing was accepted yet', () => {
      const { write, trials, served } = scriptedIsolation({ before: { a: 'x' } });
      write({ a: 'y', b: 'bad' });
      expect(trials()[1]).toEqual(['a: x']);
      expect(served()).toEqual(['a: y', 'b: closed']);
    });

    it('builds once more when it hears of it later, and when it is taken back', () => {
      const { write, served, isolation, learnt, settle } = scriptedIsolation({ before: { a: 'x' }, kinds: () => [] });
      write({ a: 'bad', b: 'x' });
      isolation.learn((book) => book.tell([refused('a', 'bad')]));
      expect(learnt()).toBe(1);
      settle();
      expect(served()).toEqual(['a: x', 'b: x']);
      isolation.learn((book) => book.tell([refused('a', 'bad')]));
      expect(learnt()).toBe(1);
      isolation.learn((book) => book.tell([]));
      expect(learnt()).toBe(2);
      settle();
      expect(served()).toEqual(['a: bad', 'b: x']);
    });

    it('does not take back what its own clients have in force', () => {
      const { write, served, isolation, learnt } = scriptedIsolation({ refuse: () => undefined });
      write({ a: 'bad' });
      isolation.learn((book) => book.recall([refused('a', 'bad')]));
      expect([learnt(), served()]).toEqual([0, ['a: bad']]);
    });

    it('tries it again when whoever refused it has gone and another kind has come', () => {
      let kinds: readonly string[] = ['envoy/1'];
      const { served, isolation, settle, blamed } = restarted(
        { a: 'bad', b: 'x' },
        {
          kinds: () => kinds,
          refuse: (parts) => (kinds[0] === 'envoy/1' ? parts.find((one) => /bad/.test(one)) : undefined),
        },
      );
      isolation.learn((book) => book.reconsider());
      expect(blamed()).toEqual({ 'HTTPRoute/a': 'no a' });
      kinds = ['envoy/2'];
      isolation.learn((book) => book.reconsider());
      settle();
      expect([served(), blamed()]).toEqual([['a: bad', 'b: x'], {}]);
    });

    it('takes what stands in for it for no answer about it', () => {
      let kinds: readonly string[] = ['envoy/1'];
      const { write, served, isolation, settle } = scriptedIsolation({
        kinds: () => kinds,
        refuse: (parts) => (kinds[0] === 'envoy/1' ? parts.find((one) => /bad/.test(one)) : undefined),
      });
      write({ a: 'bad', b: 'x' });
      expect(served()).toEqual(['a: closed', 'b: x']);
      kinds = ['envoy/2'];
      isolation.learn((book) => book.reconsider());
      expect(isolation.refusals.known().map(({ name }) => name)).toEqual(['HTTPRoute/a']);
      settle();
      expect([served(), isolation.refusals.known()]).toEqual([['a: bad', 'b: x'], []]);
    });

    it('starts no search on the word of others: nobody here could answer', () => {
      let kinds: readonly string[] = ['envoy/1'];
      const { write, served, isolation, trials, settle } = scriptedIsolation({ kinds: () => kinds });
      write({ a: 'x', b: 'x' });
      write({ a: 'bad', b: 'x' });
      isolation.learn((book) => book.tell([]));
      kinds = ['envoy/2'];
      isolation.learn((book) => book.reconsider());
      kinds = [];
      const before = trials().length;
      settle();
      expect([served(), trials().length - before]).toEqual([['a: bad', 'b: x'], 1]);
    });
  });
});
