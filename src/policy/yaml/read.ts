import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml';
import type { Finding, Path } from '../schema/place.ts';
import { shorten } from '../schema/show.ts';
import { boundsAdvice } from './bounds.ts';
import { type Advice, syntaxAdvice } from './syntax.ts';

/** One document as plain data, and the way back from a path to a line (from 0, within the text). */
export interface Reading {
  readonly value: unknown;
  /** What makes the text unreadable; `value` is then only good for guessing who it was. */
  readonly errors: readonly LocatedFinding[];
  readonly lineOf: (path: Path) => number;
}

export interface LocatedFinding extends Finding {
  readonly line: number;
}

/** What follows the first few is usually nothing but their consequence. */
const mostErrors = 5;

// Aliases of aliases grow exponentially ("billion laughs"); nobody writes a hundred by hand.
const mostAliases = 100;

export function readYaml(text: string): Reading {
  const bounds = boundsAdvice(text);
  if (bounds !== undefined) return unreadable(bounds);
  const lines = new LineCounter();
  const lineAt = (offset: number): number => Math.max(0, lines.linePos(offset).line - 1);
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      lineCounter: lines,
      prettyErrors: false,
      logLevel: 'error',
      stringKeys: true,
      // Checked below: the parser compares every key with every other one, which takes hours for a large map.
      uniqueKeys: false,
      resolveKnownTags: false,
    });
  } catch {
    return unreadable(tooComplex);
  }
  const errors = syntaxFindings([...document.errors, ...document.warnings], lineAt);
  const root: Node | null = document.contents;
  const lineOf = (path: Path): number => lineAt(offsetOf(root, path));
  try {
    if (errors.length === 0) errors.push(...contentProblems(document, lineAt));
    return { value: document.toJS({ maxAliasCount: mostAliases }), errors, lineOf };
  } catch {
    return { value: undefined, errors: errors.length > 0 ? errors : [located(tooComplex)], lineOf };
  }
}

/** Several on one line that read the same are one to whoever mends it. */
function syntaxFindings(found: readonly YAMLError[], lineAt: (offset: number) => number): LocatedFinding[] {
  const distinct = new Map<string, LocatedFinding>();
  for (const { code, pos } of found) {
    const finding: LocatedFinding = { severity: 'error', path: [], line: lineAt(pos[0]), ...syntaxAdvice(code) };
    distinct.set(`${finding.line} ${finding.message}`, finding);
  }
  return [...distinct.values()].slice(0, mostErrors);
}

const tooComplex: Advice = {
  message: 'the YAML is nested too deep, or has too many aliases',
  remedy: 'make it flatter, and write repeated values out',
};

function unreadable(advice: Advice): Reading {
  return { value: undefined, errors: [located(advice)], lineOf: () => 0 };
}

function located(advice: Advice): LocatedFinding {
  return { severity: 'error', path: [], line: 0, ...advice };
}

/** Offset of the nearest thing that exists along the path: what is missing is looked for where it should stand. */
function offsetOf(root: Node | null, path: Path): number {
  let node: unknown = root;
  let offset = root?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (pair === undefined) break;
      if (isScalar(pair.key)) offset = pair.key.range?.[0] ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      node = node.items[step];
      if (isAlias(node) || isScalar(node) || isMap(node) || isSeq(node)) offset = node.range?.[0] ?? offset;
    } else break;
  }
  return offset;
}

function contentProblems(document: Document.Parsed, lineAt: (offset: number) => number): readonly LocatedFinding[] {
  const findings: LocatedFinding[] = [];
  const anchors = new Set<string>();
  const define = ({ anchor }: { anchor?: string }): void => {
    if (anchor !== undefined) anchors.add(anchor);
  };
  visit(document, {
    Scalar: (_key, node) => define(node),
    Seq: (_key, node) => define(node),
    Alias(_key, alias) {
      if (anchors.has(alias.source)) return;
      findings.push({ severity: 'error', path: [], line: lineAt(alias.range?.[0] ?? 0), ...syntaxAdvice('BAD_ALIAS') });
    },
    Map(_key, map) {
      define(map);
      const seen = new Map<string, number>();
      for (const item of map.items) {
        if (!isPair(item) || !isScalar(item.key)) continue;
        const name = String(item.key.value);
        const line = lineAt(item.key.range?.[0] ?? 0);
        const earlier = seen.get(name);
        if (earlier !== undefined) findings.push(repeated(name, line));
        else if (name === '<<') findings.push(mergeKey(line));
        seen.set(name, line);
      }
    },
  });
  return findings;
}

function repeated(name: string, line: number): LocatedFinding {
  const message = `${JSON.stringify(shorten(name))} stands twice in the same map`;
  return { severity: 'error', path: [], line, message, remedy: 'remove one of them' };
}

function mergeKey(line: number): LocatedFinding {
  const remedy = 'write the fields out; an alias may stand for a whole value';
  return { severity: 'error', path: [], line, message: '<< (a merge key) is not part of YAML 1.2', remedy };
}
