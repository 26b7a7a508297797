import type { Masked } from './bedrock-assessments.ts';
import type { Edit } from './service.ts';

/**
 * Which pieces of `content` became which placeholders of `wording`, such as `{EMAIL}`. Long texts are asked about in
 * pieces that overlap, so that their wordings cannot simply be put together. Undefined if the two do not tell.
 */
export function editsBetween(content: string, wording: string, masked: readonly Masked[]): readonly Edit[] | undefined {
  const rules = masked
    .filter(({ match }) => match !== '')
    .map(({ match, entity }) => ({ match, placeholder: `{${entity.slice(entity.indexOf(':') + 1)}}` }))
    .sort((one, other) => other.match.length - one.match.length);
  const edits: Edit[] = [];
  let at = 0;
  let to = 0;
  while (at < content.length || to < wording.length) {
    const rule = rules.find(
      ({ match, placeholder }) => content.startsWith(match, at) && wording.startsWith(placeholder, to),
    );
    if (rule !== undefined) {
      edits.push({ start: at, end: at + rule.match.length, replacement: rule.placeholder });
      at += rule.match.length;
      to += rule.placeholder.length;
    } else if (at < content.length && content.charCodeAt(at) === wording.charCodeAt(to)) {
      at++;
      to++;
    } else {
      return undefined;
    }
  }
  return edits;
}
