import { gap, near, wrap } from './phrases.ts';
import type { SignatureRow } from './signature.ts';

/** Up to what is ignored, and not over to what is to be done with something else: `… and follow the instructions`. */
const sameObject = `(?:(?!\\b(?:follow|read|use|see|check|apply|consult|obey)\\b)(?:[^.!?;\\n]|${wrap})){0,30}?`;

const overrideVerb =
  '(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?: about)?|bypass|overrid(?:e|ing)|overrule|discard|neglect|abandon|unlearn|erase|set aside|pay no attention to|stop (?:following|obeying)|(?:do not|don.?t|never|no longer) (?:follow|obey|comply with|listen to|adhere to)|no longer apply|throw (?:out|away))';
const earlier =
  '(?:previous(?:ly)?|prior|above|preceding|earlier|former|foregoing|existing|original|initial|system|developer|safety|content|built.?in|hidden|your|openai.?s|anthropic.?s|everything|(?:all|any)(?: of)? (?:the|your|those|these|other|safety))';
const directive =
  '(?:instructions?|prompts?|rules|guidelines?|directions|directives?|commands|programming|training|constraints|restrictions?|guardrails?|safeguards|safety (?:filters?|measures|protocols?|polic(?:y|ies))|content polic(?:y|ies)|polic(?:y|ies)|moderation|limitations|ethic(?:s|al)|orders|system message)';
/** What careful system prompts say about instructions that others have planted. */
const ofOthers =
  '(?:(?:that |which )?(?:are |may be )?(?:contained |found |embedded |hidden |included |appear |appearing |present )?)?(?:in|inside|within|from) (?:it\\b|them\\b|there\\b|(?:the |any |these |those )?(?:retrieved|untrusted|external|fetched|web|websites?|pages?|documents?|e.?mails?|files?|tools?|search|results?|user|users|data)\\b)';

/** What was said before is to count no more, and something else in its place. */
export const override: readonly SignatureRow[] = [
  [
    'override-instructions',
    0.75,
    `\\b${overrideVerb}\\b${near(30)}\\b(?:${earlier}\\b${sameObject}|(?:all|any)${gap})\\b${directive}\\b(?!${gap}(?:on how to |about how to )?(?:i|we) (?:sent|gave|wrote|mailed))(?!${gap}${ofOthers})`,
  ],
  [
    'override-given',
    0.7,
    `\\b${overrideVerb}\\b${near(20)}\\b${directive}${gap}(?:(?:listed|written|stated|given|provided|set)${gap})?(?:to you${gap})?(?:above|earlier|before(?: this|hand)?\\b|previously|so far|prior\\b|you (?:were|have been|got|received)|from (?:the )?system)`,
  ],
  [
    'forget-everything',
    0.7,
    `\\b(?:forget|disregard|ignore)${gap}(?:absolutely )?(?:everything|all|anything)(?: that| of what| else)?${gap}(?:i |we |they )?(?:you(?:.ve| have| were| know)|above|before this|said (?:above|before|so far)|told you|you were (?:told|taught)|written above|prior to this|preceding)`,
  ],
  [
    'overridden-rules',
    0.6,
    `\\b(?:your|all|any|previous|prior|earlier|existing|these|content|safety)\\b${near(20)}\\b(?:instructions|rules|guidelines|restrictions|(?:safety|content|usage) polic(?:y|ies)|prompt)${near(25)}\\b(?:are|is|have been|has been|were)${gap}(?:now |hereby |all )?(?:void|null|cancell?ed|overridden|superseded|suspended|lifted|revoked|disabled|obsolete|no longer (?:valid|apply|in effect|binding))`,
  ],
  [
    'new-instructions',
    0.5,
    `\\b(?:here (?:are|is)|these are|this is|follow(?: only)?|obey|execute|you (?:now )?have)${gap}(?:your |the |these |my )?(?:new|updated|real|true|actual|revised)${gap}(?:system )?(?:instructions?|rules|task|directives?|objective|orders|prompt)\\b`,
  ],
  [
    'new-instructions-heading',
    0.4,
    '\\b(?:new|updated|revised|additional|priority|override|urgent|important)[ _](?:system |admin )?(?:instructions?|directives?|orders|prompt)[^a-z0-9]{0,4}:',
  ],
  [
    'from-now-on',
    0.35,
    `\\bfrom (?:now|this (?:point|moment))(?: on| onwards?| forward)?${gap}(?:you (?:are|will|must|should|shall|act|respond|have|only|answer|can)|your (?:name|role|only|new|purpose))`,
  ],
  [
    'you-are-now',
    0.35,
    `\\byou(?: are|.re) (?:now|no longer)${gap}(?:an?\\b|the\\b|in\\b|called\\b|bound\\b|chatgpt|restricted|limited|subject|operating|going to act)`,
  ],
];
