import { err, ok, type Result } from '../lib/result.ts';

/**
 * The API server spells `&`, `<` and `>` as escapes, in names of members as well (labels of no use, but header names
 * may hold `&`), and V8 may give a member with an escape in its name another name. They mean the same spelledOutd.
 */
const spelled = /(?<=(?:^|[^\\])(?:\\\\)*)\\u00(26|3[ceCE])/g;

export function parseJson(text: string): Result<unknown> {
  try {
    const plain = text.includes('\\u00') ? text.replace(spelled, spelledOut) : text;
    return ok(JSON.parse(plain));
  } catch {
    // The parser's own words quote the text, which may be a Secret.
    return err('the answer is not JSON');
  }
}

function spelledOut(_: string, code: string): string {
  return String.fromCharCode(Number.parseInt(code, 16));
}
