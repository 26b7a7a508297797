import type { RemoteSpec } from '../rule.ts';
import { list, type Members, member, members, word } from './answer.ts';
import { piecesOf } from './pieces.ts';
import { flaggedFor, type PieceVerdict, packed, type Reason, type Service } from './service.ts';

type Spec = Extract<RemoteSpec, { readonly kind: 'openaiModeration' }>;

/** The service states no limit of its own; these keep a request well inside of the context of its models. */
const longest = 10_000;
const mostInputs = 32;
const longestBatch = 60_000;

export function openaiModeration(spec: Spec, apiKey: string): Service {
  const { origin, pathname } = new URL(spec.endpoint);
  const path = `${pathname.replace(/\/$/, '')}/moderations`;
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  return {
    name: spec.kind,
    origin,
    ca: undefined,
    pieces: (texts) => piecesOf(texts, longest, () => 'moderation'),
    batches: (unknown) => packed(unknown, mostInputs, longestBatch),
    request: (batch) => ({
      path,
      headers,
      body: JSON.stringify({ model: spec.model, input: batch.map(({ content }) => content) }),
    }),
    read(answer, batch) {
      const results = list(members(answer) && member(answer as Members, 'results'));
      if (results?.length !== batch.length) return undefined;
      const verdicts: PieceVerdict[] = [];
      for (const result of results) {
        const verdict = readResult(members(result), spec);
        if (verdict === undefined) return undefined;
        verdicts.push(verdict);
      }
      return verdicts;
    },
  };
}

function readResult(result: Members | undefined, spec: Spec): PieceVerdict | undefined {
  const flags = result && members(member(result, 'categories'));
  const scores = result && members(member(result, 'category_scores'));
  const isFlagged = result && member(result, 'flagged');
  if (flags === undefined || scores === undefined || typeof isFlagged !== 'boolean') return undefined;
  const counted = spec.categories ?? new Set([...Object.keys(flags), ...spec.thresholds.keys()]);
  const reasons: Reason[] = [];
  for (const category of counted) {
    const score = member(scores, category);
    const flag = member(flags, category);
    const threshold = spec.thresholds.get(category);
    // Models that do not know a category say so with null.
    if (flag === null && threshold === undefined && spec.categories === undefined) continue;
    // A category that is asked for and missing was not looked at.
    if (typeof score !== 'number' || (threshold === undefined && typeof flag !== 'boolean')) return undefined;
    if (threshold === undefined ? flag === true : score >= threshold) {
      reasons.push({ entity: word(category, 'other'), score: Math.min(1, Math.max(0, score)) });
    }
  }
  // Flagged for something that has no category: not for one that a threshold of ours judges otherwise.
  if (isFlagged && spec.categories === undefined && !Object.values(flags).includes(true)) {
    reasons.push({ entity: 'flagged', score: 1 });
  }
  return flaggedFor(reasons);
}
