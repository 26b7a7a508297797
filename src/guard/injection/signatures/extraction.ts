import { gap, near } from './phrases.ts';
import type { SignatureRow } from './signature.ts';

const hiddenPrompt =
  '(?:system (?:prompt|message|instructions?)|(?:initial|hidden|original|secret|internal|confidential|developer|base|pre.?|starting|first|full|entire|exact|complete|underlying) ?(?:system )?(?:prompt|instructions?|directives?|message|rules|guidelines|configuration)|(?:instructions|prompt|rules|guidelines) (?:you (?:were|have been|are|got|received|operate)|above|verbatim|given to you|before this|word for word))';
const tell =
  '(?:reveal|show|print|output|repeat|display|tell (?:me|us)|give me|leak|dump|share|disclose|expose|recite|write (?:down|out)|what (?:is|are|was|were|does|do)|what.?s|list|spell out|summari[sz]e|translate|encode|return|copy|paste|echo|provide|state|quote|reproduce|send me|describe|convert|respond with|say)';
const allAbove = `(?:everything|all|every word|the (?:words|initiali[sz]ation)|initiali[sz]ation|all of the (?:text|words))(?: that (?:is|are|was|were|came|appears?))?${gap}(?:written |shown |printed |stated )?(?:above(?!${gap}(?:[0-9]|average|zero|ground|sea|the (?:fold|average|limit|threshold|median|mean|water|ground)))|before (?:this|my|the user)|preceding (?:this|my)|prior to (?:this|my))`;

/** What the model was told before is to be told on. */
export const extraction: readonly SignatureRow[] = [
  [
    'extract-your-prompt',
    0.72,
    `\\b${tell}\\b(?!${near(40)}\\b(?:in general|examples? of)\\b)${near(45)}\\byour${near(24)}\\b${hiddenPrompt}`,
  ],
  [
    'extract-given-prompt',
    0.6,
    `\\b${tell}\\b${near(40)}\\b(?:the|all|any|its|this|these)${near(20)}\\b(?:(?:hidden|secret|confidential|internal) (?:system )?(?:prompt|instructions?|directives|rules)|(?:instructions|prompt|rules|guidelines|message) (?:you (?:were|have been|got|received|operate)|above verbatim|given to you|at the (?:top|start|beginning) of (?:this|the|our) (?:chat|conversation)|before this|that (?:you|were given to you))|text (?:above|before) (?:this|verbatim))`,
  ],
  [
    'extract-the-prompt',
    0.45,
    `\\b(?:reveal|print|output|repeat|display|show(?: me)?|tell me|leak|dump|disclose|recite|give me|paste|echo|reproduce)${gap}(?:out )?(?:me )?(?:the |me the |us the )?(?:full |entire |complete |exact |above )?(?:system (?:prompt|message|instructions)|initial (?:prompt|instructions)|pre.?prompt)\\b`,
  ],
  [
    'repeat-above',
    0.62,
    `\\b(?:repeat|output|print|copy|echo|reproduce|return|recite|write|say)${gap}(?:back |out )?(?:to me )?${allAbove}`,
  ],
  // People have their own texts summarised and translated as well.
  ['reword-above', 0.4, `\\b(?:summari[sz]e|translate)${gap}${allAbove}`],
  [
    'starting-with-you-are',
    0.4,
    `\\b(?:start|begin)(?:s|ning|ing)?(?: with| at| from)?${gap}(?:the (?:phrase|words?|line)${gap})?(?:you are (?:chatgpt|an? |claude)|you are(?=[^a-z0-9 ]))`,
  ],
  [
    'verbatim',
    0.2,
    `\\b(?:prompt|instructions?|rules|message)\\b${near(40)}\\b(?:verbatim|word for word|exactly as|letter by letter|in a code ?block|in base64|in rot13)`,
  ],
];
