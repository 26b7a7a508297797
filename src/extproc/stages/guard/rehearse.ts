import { DecisionDraft } from '../../../guard/decision.ts';
import type { Guard } from '../../../guard/guard.ts';
import { Vault } from '../../../guard/redaction/vault.ts';
import { AnswerChannel } from '../../../guard/stream/answer-channel.ts';
import { SseRewriter } from '../../../llm/stream/rewriter.ts';
import type { Guards } from './guards.ts';

/** Prose, and something for detectors to look at more closely. */
const prose =
  'On Tuesday at 10:30 the team of 12 (see page 4711, version 2.10.4) wrote to ann@example.com and read https://docs about key = "none": ';
/** V8 compiles an expression once for texts of Latin letters and once for all others. */
const texts = [prose, `${prose}– 世界`];
const piece = /\S+ (?:\S+ )?/g;

/** Expressions are compiled to native code at their second use, functions when they have been used for a while. */
const rounds = 4;

/**
 * Leads rules through a request and a streamed answer of nobody: what is first used is first compiled, and the first
 * requests would wait tens of milliseconds for that.
 */
export function rehearse({ request, response }: Guards): void {
  const vault = new Vault(new Uint8Array(32), '');
  for (let round = 0; round < rounds; round++) {
    for (const text of texts) {
      request.scan(text, 'user', vault);
      stream(response, text, vault);
    }
  }
}

function stream(guard: Guard, text: string, vault: Vault): void {
  const rewriter = new SseRewriter({
    api: 'chat.completions',
    openChannel: () => new AnswerChannel(guard.stream('assistant', vault, new DecisionDraft()), undefined),
  });
  for (const content of text.match(piece) ?? []) {
    rewriter.push(Buffer.from(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`));
  }
  rewriter.end();
}
