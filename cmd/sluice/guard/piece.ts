import { roleOf } from '../../../src/extproc/stages/guard/role.ts';
import type { Phase, TextRole } from '../../../src/guard/rule.ts';
import { err, ok, type Result } from '../../../src/lib/result.ts';
import { parseBody } from '../../../src/llm/json/parse.ts';
import { requestTexts } from '../../../src/llm/text/request.ts';
import { repetitionsIn, responseTexts } from '../../../src/llm/text/response.ts';
import { rewriteTexts } from '../../../src/llm/text/rewrite.ts';

/** A text that is judged on its own. */
export interface Piece {
  readonly text: string;
  readonly role: TextRole;
  /** The name of the argument of a tool that it is. */
  readonly field: string | undefined;
  /** Where it stands in the body; empty: it is the whole input. */
  readonly path: string;
}

export interface Pieces {
  readonly pieces: readonly Piece[];
  /** What goes on when each piece has become one of these texts. */
  composed(texts: readonly string[]): string;
}

export function plainText(text: string, role: TextRole): Pieces {
  return { pieces: [{ text, role, field: undefined, path: '' }], composed: ([judged = '']) => judged };
}

/** The texts that a processor would find in a body of this API. */
export function bodyTexts(input: string, api: string, phase: Phase): Result<Pieces> {
  const body = Buffer.from(input);
  const parsed = parseBody(body);
  if (!parsed.ok) return err(`The body cannot be read: ${parsed.error}.`);
  const { value } = parsed.value;
  const leaves = (phase === 'request' ? requestTexts : responseTexts)(api, value);
  return ok({
    pieces: leaves.map(({ text, role, field, path, nested }) => ({
      text,
      role: roleOf(role),
      field,
      path: [...path, ...(nested?.path ?? [])].join('.'),
    })),
    composed(texts) {
      const replacements = leaves.flatMap((leaf, index) => {
        const text = texts[index] ?? '';
        return text === leaf.text ? [] : [{ leaf, text }];
      });
      if (replacements.length === 0) return input;
      return rewriteTexts(body, replacements, phase === 'request' ? [] : repetitionsIn(value)).toString();
    },
  });
}
