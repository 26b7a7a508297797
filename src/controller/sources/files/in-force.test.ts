import { describe, expect, it } from 'vitest';
import { parseDocuments } from '../../../policy/parse.ts';
import { provider } from '../testing/folder.ts';
import { decideInForce, type InForce, nothingInForce } from './in-force.ts';
import type { FileReading } from './read-file.ts';

const bad = ', network: pubic';
const known = (): boolean => false;

function file(path: string, ...documents: readonly string[]): FileReading {
  return { path, signature: '', parsed: parseDocuments(documents.join('---\n'), path, '/policy', { now: 0 }) };
}

/** `Provider/a from a.yaml:1`, and where a newer version is broken. */
function shown(inForce: InForce): readonly string[] {
  return [...inForce.documents.values()].map(({ document: { id, source } }) => {
    const broken = inForce.stale.get(id);
    return `${id} from ${source}${broken === undefined ? '' : `, broken at ${broken}`}`;
  });
}

const policy = (spec: string): string => `apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {name: p}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}], ${spec}}
`;

describe('decideInForce', () => {
  const good = decideInForce([file('a.yaml', provider('a'), provider('b'))], known, nothingInForce);

  it('starts with what is good', () => {
    const first = decideInForce([file('a.yaml', provider('a'), provider('b', bad))], known, nothingInForce);
    expect(shown(first)).toEqual(['Provider/a from a.yaml:1']);
  });

  it('keeps the last good version of a document that is broken', () => {
    const next = decideInForce([file('a.yaml', provider('a'), provider('b', bad))], known, good);
    expect(shown(next)).toEqual(['Provider/a from a.yaml:1', 'Provider/b from a.yaml:6, broken at a.yaml:9']);
    expect(next.documents.get('Provider/b')?.document).toBe(good.documents.get('Provider/b')?.document);
  });

  it('keeps it for as long as it is broken', () => {
    const broken = [file('a.yaml', provider('a'), provider('b', bad))];
    const again = decideInForce(broken, known, decideInForce(broken, known, good));
    expect(shown(again)).toContain('Provider/b from a.yaml:6, broken at a.yaml:9');
    const repaired = decideInForce([file('a.yaml', provider('b'))], known, again);
    expect(shown(repaired)).toEqual(['Provider/b from a.yaml:1']);
  });

  it('closes what a policy guards that is wrong and was never right, and keeps the last that was', () => {
    const wrong = file('p.yaml', policy('basicAuth: {}'));
    const barrierOf = ({ documents }: InForce) => documents.get('SecurityPolicy/p')?.document.isBarrier ?? false;
    const first = decideInForce([wrong], known, nothingInForce);
    const stillWrong = decideInForce([file('p.yaml', '\n', policy('oidc: {}'))], known, first);
    expect([first, stillWrong].map(barrierOf)).toEqual([true, true]);
    expect(shown(stillWrong)).toEqual(['SecurityPolicy/p from p.yaml:3']);
    const right = decideInForce([file('p.yaml', policy('cors: {allowOrigins: ["*"]}'))], known, stillWrong);
    const wrongAgain = decideInForce([wrong], known, right);
    expect([right, wrongAgain].map(barrierOf)).toEqual([false, false]);
    expect(shown(wrongAgain)).toEqual(['SecurityPolicy/p from p.yaml:1, broken at p.yaml:4']);
    expect(shown(decideInForce([], known, first))).toEqual([]);
  });

  it('drops what was removed', () => {
    expect(shown(decideInForce([file('a.yaml', provider('b'))], known, good))).toEqual(['Provider/b from a.yaml:1']);
    expect(shown(decideInForce([], known, good))).toEqual([]);
  });

  it('keeps every document of a file in which one cannot be identified', () => {
    const next = decideInForce([file('a.yaml', provider('a'), 'kind: {')], known, good);
    expect(shown(next)).toEqual(['Provider/a from a.yaml:1', 'Provider/b from a.yaml:6, broken at a.yaml:6']);
  });

  it('keeps every document of a file that cannot be read', () => {
    const next = decideInForce([], (path) => path === 'a.yaml', good);
    expect(shown(next)).toEqual([
      'Provider/a from a.yaml:1, broken at a.yaml',
      'Provider/b from a.yaml:6, broken at a.yaml',
    ]);
  });

  it('keeps a document that moved to another file and got broken on the way', () => {
    const next = decideInForce([file('a.yaml', provider('a')), file('z.yaml', provider('b', bad))], known, good);
    expect(shown(next)).toEqual(['Provider/a from a.yaml:1', 'Provider/b from a.yaml:6, broken at z.yaml:4']);
  });

  it('follows a document that moved to another file', () => {
    const next = decideInForce([file('a.yaml', provider('a')), file('z.yaml', provider('b'))], known, good);
    expect(shown(next)).toEqual(['Provider/a from a.yaml:1', 'Provider/b from z.yaml:1']);
  });

  it('takes the version of an earlier file for newer than the last good one of a file that is broken', () => {
    const before = decideInForce([file('z.yaml', provider('a'))], known, nothingInForce);
    for (const rest of [[file('z.yaml', 'kind: {')], []]) {
      const next = decideInForce([file('a.yaml', provider('a')), ...rest], (path) => path === 'z.yaml', before);
      expect(shown(next)).toEqual(['Provider/a from a.yaml:1']);
    }
  });

  it('does not let another file take over a document of one that cannot be read', () => {
    const next = decideInForce([file('z.yaml', provider('a'))], (path) => path === 'a.yaml', good);
    expect(shown(next)).toEqual([
      'Provider/a from a.yaml:1, broken at a.yaml',
      'Provider/b from a.yaml:6, broken at a.yaml',
    ]);
    expect(next.duplicates).toHaveLength(1);
  });

  it('keeps closed what a policy guards whose file cannot be read any more', () => {
    const wrong = decideInForce([file('p.yaml', policy('basicAuth: {}'))], known, nothingInForce);
    const next = decideInForce([], (path) => path === 'p.yaml', wrong);
    expect(next.documents.get('SecurityPolicy/p')?.document.isBarrier).toBe(true);
  });

  it('names the place of an error, not that of a warning before it', () => {
    const warning = provider('a').replace('preset: ollama', 'schema: openai, endpoint: "http://127.0.0.1:1"');
    const next = decideInForce([file('a.yaml', warning, 'kind: {')], known, good);
    expect(shown(next)).toContain('Provider/b from a.yaml:6, broken at a.yaml:6');
  });

  it('lets the first file win over the others, and names both places', () => {
    const next = decideInForce([file('a.yaml', provider('a')), file('z.yaml', provider('a'))], known, nothingInForce);
    expect(shown(next)).toEqual(['Provider/a from a.yaml:1']);
    expect(next.duplicates).toMatchObject([
      {
        source: 'z.yaml:1',
        document: 'Provider/a',
        path: 'metadata.name',
        message: 'Provider/a is defined already at a.yaml:1, which stays in force',
      },
    ]);
  });

  it('does not let another file take over a document that is only broken', () => {
    const both = (more: string) => [file('a.yaml', provider('a', more)), file('z.yaml', provider('a'))];
    const next = decideInForce(both(bad), known, decideInForce(both(''), known, nothingInForce));
    expect(shown(next)).toEqual(['Provider/a from a.yaml:1, broken at a.yaml:4']);
    expect(next.duplicates).toHaveLength(1);
  });
});
