import { gap, near } from './phrases.ts';
import type { SignatureRow } from './signature.ts';

const machine =
  '(?:ai(?: (?:assistant|agent|model|system|reader)s?)?|llms?|large language models?|language models?|(?:ai )?assistants?|chat ?bots?|ai agents?|agents?|automated (?:systems?|reviewers?|readers?)|copilot|chatgpt|gpt|claude|gemini)';

/** Meant for whatever machine reads the text, and not for whoever gave it to read. */
export const planted: readonly SignatureRow[] = [
  [
    'hide-from-user',
    0.5,
    `\\b(?:do not|don.?t|never|without|avoid)${gap}(?:tell(?:ing)?|inform(?:ing)?|mention(?:ing)?|reveal(?:ing)?|notify(?:ing)?|alert(?:ing)?|disclos(?:e|ing)|ask(?:ing)?|warn(?:ing)?|let(?:ting)?|show(?:ing)?|say(?:ing)?)\\b(?!${near(44)}\\b(?:system (?:prompt|message)|your (?:prompt|instructions|rules|guidelines)))${near(44)}\\b(?:users?|humans?|reader|operator|anyone|owner)\\b`,
  ],
  [
    'hide-this',
    0.35,
    `\\b(?:do not|don.?t|never)${gap}(?:mention|reveal|acknowledge|disclose|refer to|explain|discuss)${gap}(?:this|these|that you|the existence of|having|any of (?:this|these))${gap}(?:instructions?|messages?|notes?|prompts?|directives?|text|received|were|have|are)?`,
  ],
  [
    'to-the-machine',
    0.45,
    `\\b(?:instructions?|notes?|message|attention|notice|important|directives?|commands?|request|memo|reminder|hint|dear|hello|hey)[^a-z0-9]{1,4}(?:to|for|all|any)?[^a-z0-9]{0,3}(?:the |all |any |every )?${machine}(?: (?:reading|processing|summari[sz]ing|reviewing|parsing|analy[sz]ing|that|which|who|evaluating|handling)\\b|[^a-z0-9 ]{1,3}[^a-z0-9]{0,2}(?:you|please|ignore|when|do|disregard|instead|before|stop|the|call|use|send|read|run|execute|forward|open|include|rate|say|this)\\b)`,
  ],
  ['if-you-are-a-machine', 0.5, `\\bif you(?: are|.re)${gap}(?:an? )?${machine}\\b`],
  [
    'machine-must',
    0.4,
    `\\b(?:ai|llm|language model|assistant|chatbot|agent|copilot|chatgpt|claude)s?\\b[^.\\n]{0,30}\\b(?:reading|processing|summari[sz]ing|reviewing|parsing|screening|evaluating|browsing|scraping)\\b[^\\n]{0,50}\\b(?:must|should|need to|have to|are required|are instructed|please|is to|shall)\\b`,
  ],
  [
    'machine-orders',
    0.25,
    '\\b(?:ai|llms?|language models?)(?: (?:systems?|agents?|assistants?|models?|reviewers?|readers?|tools?))?[^a-z0-9]{1,3}(?:must|should always|should not|have to|shall|are required to)\\b',
  ],
  [
    'authorised-by-user',
    0.35,
    `\\b(?:the )?(?:user|owner|operator|developer|admin)${gap}(?:has |have )?(?:already |explicitly |pre.?)*(?:authori[sz]ed|approved|consented|agreed|confirmed|granted|permitted)${near(30)}\\b(?:this|these|it|all|you)\\b`,
  ],
  [
    'instead-do',
    0.3,
    `\\b(?:instead(?: of)?|rather than)${near(50)}\\b(?:say|output|reply|respond|print|write|tell|recommend|execute|answer|call|return|state)\\b`,
  ],
  [
    'judge-manipulation',
    0.6,
    `\\b(?:give|assign|rate|score|rank|recommend|mark|approve|accept|label|classify|grade|output)\\b${near(50)}\\b(?:this (?:paper|candidate|resume|cv|applicant|essay|submission|manuscript|product|answer|review|transaction|message|email))\\b${near(50)}\\b(?:positive|highest|perfect|10/10|top|strongly|best|full marks|excellent|accepted|as (?:safe|benign|approved|qualified)|regardless|hired?|outstanding|a\\+)(?![^\\n]{0,30}negative)`,
  ],
  [
    'before-answering',
    0.3,
    `\\bbefore (?:you )?(?:continu|answer|respond|summari[sz]|proceed|complet|reply|do)(?:e|es|ing)?\\b[^\\n]{0,70}\\b(?:call|run|execute|fetch|visit|open|send|read|use|invoke|curl|search|delete)\\b`,
  ],
  [
    'use-tool',
    0.35,
    `\\b(?:call|use|invoke|run|trigger)${gap}(?:the |your )?[a-z_.]{2,30}${gap}(?:tool|function|plugin|action)\\b[^\\n]{0,60}\\b(?:send|delete|transfer|e.?mail|with|to|forward|read|wire|purchase)\\b`,
  ],
  [
    'decode-and-obey',
    0.5,
    '\\b(?:decod(?:e|ed|ing)|decipher|decrypt|unscramble|de.?obfuscate|base64|rot.?13|caesar|reverse|hex|morse)\\b[^\\n]{0,80}\\b(?:follow|execute|obey|carry out|act on|perform|comply|do (?:what|exactly|as)|then (?:do|answer|respond)|run|treat|as (?:your|instructions|a command))\\b',
  ],
];
