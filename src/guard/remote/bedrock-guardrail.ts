import type { RemoteSpec } from '../rule.ts';
import { list, type Members, member, members } from './answer.ts';
import { type Assessed, readAssessments } from './bedrock-assessments.ts';
import { editsBetween } from './bedrock-edits.ts';
import { piecesOf } from './pieces.ts';
import { clear, type Piece, type PieceVerdict, packed, type Reason, type Service } from './service.ts';
import { type AwsCredentials, encodeComponent, signatureHeaders } from './sigv4.ts';

type Spec = Extract<RemoteSpec, { readonly kind: 'bedrockGuardrail' }>;

/** Text units are 1,000 characters, and accounts start with 25 of them a second: more in one request is never served. */
const longest = 10_000;
const longestBatch = 25_000;
const mostBlocks = 25;

/** `wallClock`: milliseconds since 1970, for the signature. */
export function bedrockGuardrail(spec: Spec, credentials: AwsCredentials, wallClock: () => number): Service {
  const { origin, host, pathname } = new URL(spec.endpoint);
  const base = pathname.replace(/\/$/, '');
  const path = `${base}/guardrail/${encodeComponent(spec.guardrailId)}/version/${encodeComponent(spec.guardrailVersion)}/apply`;
  return {
    name: spec.kind,
    origin,
    ca: undefined,
    pieces: (texts, phase) => piecesOf(texts, longest, () => phase),
    batches: (unknown) => packed(unknown, mostBlocks, longestBatch),
    request(batch, _texts, phase) {
      const body = JSON.stringify({
        source: phase === 'request' ? 'INPUT' : 'OUTPUT',
        content: batch.map(({ content }) => ({ text: { text: content } })),
      });
      const headers = { host, 'content-type': 'application/json' };
      const signature = signatureHeaders({ method: 'POST', path, query: [], headers, body }, credentials, {
        region: spec.region,
        service: 'bedrock',
        time: wallClock(),
      });
      return { path, headers: { ...headers, ...signature }, body };
    },
    read,
  };
}

function read(answer: unknown, batch: readonly Piece[]): readonly PieceVerdict[] | undefined {
  const applied = members(answer);
  if (applied === undefined || !isWhole(applied)) return undefined;
  const assessed = readAssessments(member(applied, 'assessments'));
  if (assessed === undefined) return undefined;
  switch (member(applied, 'action')) {
    case 'NONE':
      // It contradicts itself.
      return assessed.blocked.length + assessed.masked.length > 0 ? undefined : batch.map(() => clear);
    case 'GUARDRAIL_INTERVENED':
      return assessed.blocked.length > 0 || assessed.masked.length === 0
        ? blocked(assessed.blocked, batch)
        : masked(member(applied, 'outputs'), assessed, batch);
    default:
      return undefined;
  }
}

/** It intervened and does not say how: then what `outputs` holds is no text that could be handed on. */
function blocked(reasons: readonly Reason[], batch: readonly Piece[]): readonly PieceVerdict[] {
  const given = reasons.length > 0 ? reasons : [{ entity: 'intervened', score: 1 }];
  // The answer is about all blocks of the request and does not name the one it means.
  return batch.map(() => ({ kind: 'flagged', reasons: given, isTogether: batch.length > 1 }));
}

function masked(value: unknown, { masked }: Assessed, batch: readonly Piece[]): readonly PieceVerdict[] | undefined {
  const outputs = list(value);
  if (outputs?.length !== batch.length) return undefined;
  const reasons = masked.map(({ entity, score }) => ({ entity, score }));
  const verdicts: PieceVerdict[] = [];
  for (const [index, output] of outputs.entries()) {
    const block = members(output);
    const wording = block && member(block, 'text');
    const content = batch[index]?.content;
    if (typeof wording !== 'string' || content === undefined) return undefined;
    if (wording === content) {
      verdicts.push(clear);
      continue;
    }
    const edits = editsBetween(content, wording, masked);
    verdicts.push(edits === undefined ? { kind: 'reworded', reasons, wording } : { kind: 'edited', reasons, edits });
  }
  return verdicts;
}

/** Characters that the guardrail left out were not judged. */
function isWhole(applied: Members): boolean {
  const coverage = members(member(applied, 'guardrailCoverage'));
  const characters = coverage && members(member(coverage, 'textCharacters'));
  if (characters === undefined) return true;
  const guarded = member(characters, 'guarded');
  const total = member(characters, 'total');
  return typeof guarded === 'number' && typeof total === 'number' && guarded >= total;
}
