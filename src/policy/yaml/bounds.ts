import type { Advice } from './syntax.ts';

/** A document larger than this is no policy but an accident; the API server of Kubernetes takes no more either. */
const largestDocument = 1024 * 1024;

const deepest = 100;

/**
 * What is refused unread. The parser needs about a kilobyte of memory for each open bracket, so that a few megabytes of
 * them would end the process. Brackets in texts count as well: nobody leaves a hundred of them open there either.
 */
export function boundsAdvice(text: string): Advice | undefined {
  if (text.length > largestDocument) {
    return { message: 'the document is larger than 1MiB', remedy: 'split it into several documents' };
  }
  return isTooDeep(text) ? { message: 'the YAML is nested too deep', remedy: 'make it flatter' } : undefined;
}

function isTooDeep(text: string): boolean {
  let open = 0;
  let indicators = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '[':
      case '{':
        if (++open > deepest) return true;
        break;
      case ']':
      case '}':
        if (open > 0) open--;
        break;
      // `- - - -` and `? ? ? ?` open a level each, on one line.
      case '-':
      case '?':
        if (text[at - 1] !== ' ' && text[at - 1] !== '\t') indicators = 0;
        if (text[at + 1] === ' ' && ++indicators > deepest) return true;
        break;
      case '\n':
        indicators = 0;
        break;
    }
  }
  return false;
}
