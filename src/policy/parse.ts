import type { PolicyDocument } from './document.ts';
import { defaultNamespace, documentId } from './document-id.ts';
import type { Problem } from './problem.ts';
import { type DocumentReading, identify, type PlacelessDocument, readDocument } from './read-document.ts';
import { pathText } from './schema/place.ts';
import { readYaml } from './yaml/read.ts';
import { split } from './yaml/split.ts';

/** A file larger than this is no policy but an accident. */
export const largestFile = 10 * 1024 * 1024;

export interface ParsedText {
  readonly documents: readonly PolicyDocument[];
  readonly problems: readonly Problem[];
  /** Ids of documents that are broken, as far as readable, so that their last good versions can stay in force. */
  readonly broken: readonly string[];
  /** Of broken documents that guard something: what stands in their place where there is no last good version. */
  readonly barriers: readonly PolicyDocument[];
  /** How many documents are too broken to say which they are. */
  readonly unidentified: number;
  /** For the next parsing of the same file: what did not change is not parsed again. */
  readonly cache: ParseCache;
}

export type ParseCache = ReadonlyMap<string, ParsedPart>;

export interface ParseOptions {
  /** Milliseconds since the epoch, for warnings of what has passed. Default: now. */
  readonly now?: number;
  /** Of the last parsing of the same file. */
  readonly cache?: ParseCache;
}

interface ParsedPart {
  readonly reading: PartReading;
  /** The same object as long as text, line and file are the same. */
  readonly document?: PolicyDocument;
}

/** A part by itself; lines count from its beginning. */
interface PartReading {
  readonly id?: string;
  readonly document?: PlacelessDocument;
  readonly barrier?: PlacelessDocument;
  readonly line: number;
  readonly problems: readonly (Omit<Problem, 'source' | 'document'> & { readonly line: number })[];
}

/** Parses every document of a text, YAML or JSON. Never throws; whatever is wrong is a problem of one document. */
export function parseDocuments(text: string, source: string, folder: string, options: ParseOptions = {}): ParsedText {
  if (text.length > largestFile) return tooLarge(source);
  const now = options.now ?? Date.now();
  const found = new Map<string, PolicyDocument>();
  const problems: Problem[] = [];
  const broken = new Set<string>();
  const barriers: PolicyDocument[] = [];
  const cache = new Map<string, ParsedPart>();
  let unidentified = 0;
  const parts = split(text);
  for (const [index, part] of parts.entries()) {
    const cached = options.cache?.get(part.text);
    const reading = cached?.reading ?? readPart(part.text, now);
    const at = (line: number): string => `${source}:${part.line + line + 1}`;
    const name = reading.id ?? `document ${index + 1}`;
    for (const { line, ...problem } of reading.problems)
      problems.push({ ...problem, source: at(line), document: name });
    const document = locate(reading, at(reading.line), folder, cached?.document);
    cache.set(part.text, document === undefined ? { reading } : { reading, document });
    if (document === undefined || document.isBarrier) {
      if (reading.id === undefined) unidentified++;
      else broken.add(reading.id);
      if (document !== undefined) barriers.push(document);
      continue;
    }
    const earlier = found.get(document.id);
    if (earlier === undefined) found.set(document.id, document);
    else problems.push(duplicate(document, earlier));
  }
  if (parts.length === 0) problems.push(nothing(source));
  return { documents: [...found.values()], problems, broken: [...broken], barriers, unidentified, cache };
}

/** The first one stays in force, since it was there when the second came. */
export function duplicate(document: PolicyDocument, earlier: PolicyDocument): Problem {
  return {
    severity: 'error',
    source: document.source,
    document: document.id,
    path: 'metadata.name',
    message: `${document.id} is defined already at ${earlier.source}, which stays in force`,
    remedy: 'rename or remove one of them',
  };
}

function readPart(text: string, now: number): PartReading {
  const yaml = readYaml(text);
  if (yaml.errors.length > 0) {
    const id = identify(yaml.value) ?? guess(text);
    const problems = yaml.errors.map(({ path, ...error }) => ({ ...error, path: pathText(path) }));
    return { ...(id === undefined ? {} : { id }), line: 0, problems };
  }
  const { findings, ...reading }: DocumentReading = readDocument(yaml.value, now);
  const problems = findings.map(({ path, ...finding }) => ({
    ...finding,
    path: pathText(path),
    line: yaml.lineOf(path),
  }));
  return { ...reading, line: yaml.lineOf([]), problems };
}

/** The parser gave up; the two lines that matter can often still be found. */
function guess(text: string): string | undefined {
  const kind = /^kind:[ \t]*["']?([A-Za-z]{1,63})["']?[ \t\r]*$/m.exec(text)?.[1];
  const name = guessMetadata(text, 'name');
  if (kind === undefined || name === undefined) return undefined;
  return documentId(kind, guessMetadata(text, 'namespace') ?? defaultNamespace, name);
}

function guessMetadata(text: string, field: string): string | undefined {
  const block = /^metadata:(?:[ \t]*\{[^}\n]*|[ \t\r]*\n(?:[ \t][^\n]*\n)*)/m.exec(text)?.[0];
  return new RegExp(`[\\s{,]${field}:[ \\t]*["']?([-a-z0-9.]{1,253})`).exec(block ?? '')?.[1];
}

function locate(
  reading: PartReading,
  source: string,
  folder: string,
  last: PolicyDocument | undefined,
): PolicyDocument | undefined {
  const read = reading.document ?? reading.barrier;
  if (read === undefined) return undefined;
  if (last !== undefined && last.source === source && last.folder === folder) return last;
  return { ...read, source, folder };
}

function nothing(source: string): Problem {
  const remedy = 'write a document, or remove the file';
  return { severity: 'warning', source: `${source}:1`, document: '', path: '', message: 'holds no document', remedy };
}

function tooLarge(source: string): ParsedText {
  const problem: Problem = {
    severity: 'error',
    source: `${source}:1`,
    document: '',
    path: '',
    message: 'is larger than 10MiB',
    remedy: 'split it into several files',
  };
  return { documents: [], problems: [problem], broken: [], barriers: [], unidentified: 1, cache: new Map() };
}
