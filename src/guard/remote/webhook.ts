import { sha256Hex } from '../../lib/hash.ts';
import type { RemoteSpec } from '../rule.ts';
import { list, type Members, member, members, word } from './answer.ts';
import { clear, type PieceVerdict, type Reason, type Service } from './service.ts';

type Spec = Extract<RemoteSpec, { readonly kind: 'webhook' }>;

/** Of the contract in docs/design/guard-webhook.md. */
const version = 1;
const mostReasons = 100;

/** All texts go in one request: a service of one's own has no limit that is known here, and may compare them. */
export function webhook(spec: Spec, credential: string | undefined, ca: string | undefined): Service {
  const { origin, pathname, search } = new URL(spec.url);
  const headers: Record<string, string> = {};
  for (let at = 0; at + 1 < spec.headers.length; at += 2) headers[spec.headers[at] ?? ''] = spec.headers[at + 1] ?? '';
  if (credential !== undefined) headers[spec.credentialHeader] = spec.credentialPrefix + credential;
  headers['content-type'] = 'application/json';
  headers.accept = 'application/json';
  return {
    name: spec.kind,
    origin,
    ca,
    pieces(texts) {
      // A verdict on one text may hang on the others: none of them is remembered without all of them.
      const context = sha256Hex(JSON.stringify(texts.map(({ role, text }) => [role, text])));
      return texts.map(({ text }, index) => ({
        text: index,
        start: 0,
        end: text.length,
        content: text,
        aspect: `${context}:${index}`,
      }));
    },
    batches: (unknown, all) => (unknown.length === 0 ? [] : [all]),
    request: (_batch, texts, phase) => ({
      path: pathname + search,
      headers,
      body: JSON.stringify({ version, phase, texts: texts.map(({ role, text }) => ({ role, text })) }),
    }),
    read(answer, batch) {
      const verdict = members(answer);
      if (verdict === undefined || member(verdict, 'version') !== version) return undefined;
      const reasons = readReasons(member(verdict, 'reasons'), batch.length);
      if (reasons === undefined) return undefined;
      switch (member(verdict, 'verdict')) {
        case 'allow':
          return batch.map(() => clear);
        case 'block':
          return blocked(reasons, batch.length);
        case 'replace':
          return replaced(
            batch.map(({ content }) => content),
            list(member(verdict, 'texts')),
            reasons,
          );
        default:
          return undefined;
      }
    },
  };
}

interface PlacedReason extends Reason {
  readonly text: number | undefined;
}

/** A block that names texts is about these; a reason without one, or none at all, is about all of them. */
function blocked(reasons: readonly PlacedReason[], count: number): readonly PieceVerdict[] {
  const isTogether = reasons.length === 0 || reasons.some(({ text }) => text === undefined);
  return Array.from({ length: count }, (_, index) => {
    const own = isTogether ? reasons : reasons.filter(({ text }) => text === index);
    if (own.length === 0 && !isTogether) return clear;
    return { kind: 'flagged', reasons: own.length > 0 ? own : [{ entity: 'webhook', score: 1 }], isTogether };
  });
}

function replaced(
  contents: readonly string[],
  wordings: readonly unknown[] | undefined,
  reasons: readonly PlacedReason[],
): readonly PieceVerdict[] | undefined {
  if (wordings?.length !== contents.length) return undefined;
  const verdicts: PieceVerdict[] = [];
  for (const [index, wording] of wordings.entries()) {
    if (typeof wording !== 'string') return undefined;
    const own = reasons.filter(({ text }) => text === undefined || text === index);
    verdicts.push(wording === contents[index] ? clear : { kind: 'reworded', reasons: own, wording });
  }
  return verdicts;
}

function readReasons(value: unknown, count: number): readonly PlacedReason[] | undefined {
  if (value === undefined) return [];
  const given = list(value);
  if (given === undefined || given.length > mostReasons) return undefined;
  const reasons: PlacedReason[] = [];
  for (const each of given) {
    const reason = readReason(members(each), count);
    if (reason === undefined) return undefined;
    reasons.push(reason);
  }
  return reasons;
}

function readReason(reason: Members | undefined, count: number): PlacedReason | undefined {
  if (reason === undefined) return undefined;
  const score = member(reason, 'score') ?? 1;
  const text = member(reason, 'text');
  if (typeof score !== 'number' || !(score >= 0 && score <= 1)) return undefined;
  if (text !== undefined && !(typeof text === 'number' && Number.isInteger(text) && text >= 0 && text < count)) {
    return undefined;
  }
  return { entity: word(member(reason, 'category'), 'webhook'), score, text };
}
