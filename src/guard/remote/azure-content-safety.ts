import type { RemoteText } from '../remote-judge.ts';
import type { Phase, RemoteSpec } from '../rule.ts';
import { list, member, members, word } from './answer.ts';
import { piecesOf } from './pieces.ts';
import { clear, flaggedFor, type Piece, type PieceVerdict, packed, type Reason, type Service } from './service.ts';

type Spec = Extract<RemoteSpec, { readonly kind: 'azureContentSafety' }>;

/** Code units are at least as many as the characters that the service counts. */
const longest = 10_000;
const mostDocuments = 5;
const query = 'api-version=2024-09-01';
const highestSeverity = 7;

const categories: ReadonlyMap<string, string> = new Map([
  ['hate', 'Hate'],
  ['selfHarm', 'SelfHarm'],
  ['sexual', 'Sexual'],
  ['violence', 'Violence'],
]);

/** `text:analyze` for one piece a request, `text:shieldPrompt` for one prompt and up to five documents. */
export function azureContentSafety(spec: Spec, apiKey: string): Service {
  const analyses = spec.thresholds.size > 0 || spec.blocklists.length > 0;
  const analyzed = [...spec.thresholds.keys()].map((name) => categories.get(name) ?? name);
  const { origin, pathname } = new URL(spec.endpoint);
  const base = `${pathname.replace(/\/$/, '')}/contentsafety`;
  const headers = { 'ocp-apim-subscription-key': apiKey, 'content-type': 'application/json' };
  return {
    name: spec.kind,
    origin,
    ca: undefined,
    pieces: (texts, phase) => [
      ...(analyses ? piecesOf(texts, longest, () => 'analyze') : []),
      ...(spec.promptShield ? piecesOf(texts, longest, (text) => shieldAspect(text, phase)) : []),
    ],
    batches(unknown) {
      const prompts = unknown.filter(({ aspect }) => aspect === 'prompt');
      const documents = packed(
        unknown.filter(({ aspect }) => aspect === 'document'),
        mostDocuments,
        longest,
      );
      const shields = Array.from({ length: Math.max(prompts.length, documents.length) }, (_, index) => [
        ...prompts.slice(index, index + 1),
        ...(documents[index] ?? []),
      ]);
      return [...unknown.filter(({ aspect }) => aspect === 'analyze').map((piece) => [piece]), ...shields];
    },
    request(batch) {
      const [first] = batch;
      if (first?.aspect === 'analyze') {
        const body = {
          text: first.content,
          ...(analyzed.length > 0 && { categories: analyzed }),
          ...(spec.blocklists.length > 0 && { blocklistNames: spec.blocklists }),
          haltOnBlocklistHit: spec.haltOnBlocklistHit,
          outputType: 'EightSeverityLevels',
        };
        return { path: `${base}/text:analyze?${query}`, headers, body: JSON.stringify(body) };
      }
      const body = {
        userPrompt: batch.find(({ aspect }) => aspect === 'prompt')?.content ?? '',
        documents: batch.filter(({ aspect }) => aspect === 'document').map(({ content }) => content),
      };
      return { path: `${base}/text:shieldPrompt?${query}`, headers, body: JSON.stringify(body) };
    },
    read: (answer, batch) => (batch[0]?.aspect === 'analyze' ? readAnalysis(answer, spec) : readShield(answer, batch)),
  };
}

/** What people write may attack as a prompt; what tools and models bring along is read as a document. */
function shieldAspect({ role }: RemoteText, phase: Phase): 'prompt' | 'document' {
  return phase === 'response' || role === 'toolOutput' || role === 'toolInput' ? 'document' : 'prompt';
}

function readAnalysis(answer: unknown, spec: Spec): readonly PieceVerdict[] | undefined {
  const analysis = members(answer);
  if (analysis === undefined) return undefined;
  const hits = readHits(member(analysis, 'blocklistsMatch'));
  const severities = readSeverities(member(analysis, 'categoriesAnalysis'));
  if (hits === undefined || severities === undefined) return undefined;
  const reasons = [...hits];
  let isPartial = false;
  for (const [category, threshold] of spec.thresholds) {
    const severity = severities.get(categories.get(category) ?? category);
    // Nobody looked, which is no severity of 0.
    if (severity === undefined) isPartial = true;
    else if (severity >= threshold) reasons.push({ entity: category, score: severity / highestSeverity });
  }
  // What was found is found, whether a hit ended the analysis or something is missing.
  return isPartial && reasons.length === 0 ? undefined : [flaggedFor(reasons)];
}

/** The item that was hit is a piece of the text: only the name of the list is taken. */
function readHits(value: unknown): readonly Reason[] | undefined {
  if (value === undefined || value === null) return [];
  const names = new Set<string>();
  for (const hit of list(value) ?? [undefined]) {
    const match = members(hit);
    if (match === undefined) return undefined;
    names.add(`blocklist:${word(member(match, 'blocklistName'), 'other')}`);
  }
  return [...names].map((entity) => ({ entity, score: 1 }));
}

function readSeverities(value: unknown): ReadonlyMap<string, number> | undefined {
  if (value === undefined || value === null) return new Map();
  const severities = new Map<string, number>();
  for (const each of list(value) ?? [undefined]) {
    const analysis = members(each);
    const category = analysis && member(analysis, 'category');
    const severity = analysis && member(analysis, 'severity');
    if (typeof category !== 'string' || typeof severity !== 'number') return undefined;
    if (!Number.isInteger(severity) || severity < 0 || severity > highestSeverity) return undefined;
    severities.set(category, Math.max(severity, severities.get(category) ?? 0));
  }
  return severities;
}

function readShield(answer: unknown, batch: readonly Piece[]): readonly PieceVerdict[] | undefined {
  const shield = members(answer);
  if (shield === undefined) return undefined;
  const documents = list(member(shield, 'documentsAnalysis') ?? []);
  if (documents?.length !== batch.filter(({ aspect }) => aspect === 'document').length) return undefined;
  let next = 0;
  const verdicts: PieceVerdict[] = [];
  for (const { aspect } of batch) {
    const analysis = members(aspect === 'prompt' ? member(shield, 'userPromptAnalysis') : documents[next++]);
    const isAttack = analysis && member(analysis, 'attackDetected');
    if (typeof isAttack !== 'boolean') return undefined;
    verdicts.push(isAttack ? flaggedFor([{ entity: `${aspect}Attack`, score: 1 }]) : clear);
  }
  return verdicts;
}
