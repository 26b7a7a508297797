import { OutputCounter } from './output-counter.ts';

/** Members whose strings a model has written, by API; what repeats them at the end has other names. */
const written: Readonly<Record<string, RegExp>> = {
  'chat.completions': /"(?:content|refusal|reasoning|reasoning_content|arguments)":\s?"([^"\\]*(?:\\.[^"\\]*)*)/g,
  completions: /"text":\s?"([^"\\]*(?:\\.[^"\\]*)*)/g,
  responses: /"delta":\s?"([^"\\]*(?:\\.[^"\\]*)*)/g,
  messages: /"(?:text|thinking|partial_json)":\s?"([^"\\]*(?:\\.[^"\\]*)*)/g,
};

/**
 * Counts what a stream has brought, from its bytes: for the case that it breaks off before it says what it used. Nothing
 * is parsed, since it would be for nothing in nearly every stream; a text that is cut between two pieces counts in part.
 */
export class PassedText {
  private readonly pattern: RegExp | undefined;
  private readonly counter = new OutputCounter();

  constructor(api: string) {
    this.pattern = written[api];
  }

  get tokens(): number {
    return this.counter.tokens;
  }

  bytes(piece: Buffer): void {
    if (this.pattern === undefined) return;
    for (const match of piece.toString('utf8').matchAll(this.pattern)) this.counter.text(unescaped(match[1] ?? ''));
  }
}

/** Many providers write all that is not ASCII as `\u4e2d`, which would count as four times as many tokens. */
function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|([^u]))/g, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (blanks[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

const blanks: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };
