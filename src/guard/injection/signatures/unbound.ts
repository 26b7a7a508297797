import { gap, near } from './phrases.ts';
import type { SignatureRow } from './signature.ts';

const unboundName =
  '(?:dan\\b|d\\.a\\.n|stan\\b|an? (?:evil|unrestricted|unfiltered|uncensored|unaligned|amoral|jailbroken|rogue|immoral|unethical)|evil ?bot|evil.?gpt|unrestricted|unfiltered|uncensored|jailbroken|dev ?mode|opposite ?gpt|chaos ?gpt)';
const brokenFree =
  '(?:broken? free|freed?|liberated?|escaped?|unshackled?|unchained?)(?: of| from)[^.\\n]{0,24}\\b(?:confines|restrictions|constraints|limitations|shackles|chains|rules|programming)\\b';
const notBound = `(?:not|no longer|never|isn.?t|aren.?t|un) ?(?:be |being )?(?:bound|constrained|restricted|limited|governed)${gap}by${near(30)}\\b(?:rules|polic(?:y|ies)|guidelines|restrictions|openai|anthropic|google|ethic|moral|law|laws|instructions|programming|limitations)\\b`;

/** The model is to be somebody whom no rule binds, by name, by mode or in a story. */
export const unbound: readonly SignatureRow[] = [
  [
    'unbound-persona',
    0.72,
    `\\b(?:act|behave|respond|answer|reply|pretend|role.?play|speak|operate|function|you (?:are|will be|become)|you.re|i am talking to|simulate|become|imagine you.?(?:re| are)|persona)${gap}(?:now )?(?:as |like |to be |being |in the role of |that you are |of )?(?:if you (?:are|were) )?(?:my )?${unboundName}`,
  ],
  [
    'do-anything-now',
    0.7,
    '(?:\\b(?:you|dan|who|which|that|it) (?:can|will|may|must|shall|are able to|is able to) (?:now )?do anything now\\b|\\b(?:stands for|means|called|named)[^a-z0-9]{1,4}do anything now\\b|[("\u201c]do anything now[)"\u201d]|\\balways intelligent and machiavellian\\b|\\bstrive to avoid norms\\b)',
  ],
  ['anything-now', 0.4, '\\bdo anything now\\b'],
  [
    'mode-switch',
    0.62,
    `\\b(?:enter|enable[d]?|activate[d]?|switch(?:ed)? (?:in)?to|now in|engage|turn on|unlock|start|initiate|running in|go into)${near(16)}\\b(?:dan|jailbreak|unrestricted|unfiltered|uncensored|evil|chaos|no.?(?:limits?|rules|filter)|unsafe|debug override|maintenance override|admin override) ?mode\\b`,
  ],
  [
    'god-mode',
    0.4,
    `\\b(?:enter|enable[d]?|activate[d]?|you are|switch(?:ed)? (?:in)?to|now in)${near(16)}\\b(?:god|sudo) ?mode\\b`,
  ],
  [
    'developer-mode',
    0.4,
    `\\b(?:developer|dev|debug|maintenance|admin|root|test) mode${gap}(?:is )?(?:now )?(?:enabled|on|activated|active|engaged|output|unlocked|confirmed)\\b`,
  ],
  [
    'developer-mode-model',
    0.5,
    `\\b(?:you are|chatgpt|assistant|simulate|act as|respond|model)${near(50)}\\b(?:developer|dev|debug|admin|maintenance|god) mode\\b`,
  ],
  [
    'without-limits',
    0.5,
    `\\b(?:without|no|free (?:of|from)|freed from|ignor(?:e|ing)|lack(?:s|ing)?|zero|disable|remove)${gap}(?:any |all |your |the |typical |usual |its )*(?:ethical|moral|safety|content|openai|ai|censorship|legal)(?:[^a-z0-9]{1,4}(?:or|and|moral|ethical|legal|safety|content|policy)){0,3}${gap}(?:restrictions?|guidelines?|filters?|limits?|limitations?|constraints?|polic(?:y|ies)|boundar(?:y|ies)|considerations?|rules|concerns|principles|filtering|safeguards)\\b`,
  ],
  [
    'no-restrictions',
    0.5,
    `\\b(?:you|it|that|who|which|ai|persona|assistant|bot|model)${gap}(?:now )?(?:have|has|with|is under|are under|knows?|had)${gap}(?:absolutely )?no${gap}(?:restrictions?|rules|limits?|limitations?|filters?|ethics|morals?|guidelines|boundaries|constraints|content polic)`,
  ],
  ['you-not-bound', 0.6, `\\byou(?:.re| are| will be| have become)${gap}(?:now )?${notBound}`],
  ['not-bound', 0.45, `\\b${notBound}`],
  ['you-broken-free', 0.6, `\\byou(?:.ve| have| are|.re)?${gap}(?:now |been |finally |hereby )*${brokenFree}`],
  ['broken-free', 0.5, `\\b${brokenFree}`],
  [
    'must-not-refuse',
    0.45,
    `\\b(?:never|cannot|can.?t|must not|do not|don.?t|may not|won.?t|without|not allowed to|unable to)${gap}(?:ever )?(?:refus(?:e|ing|al)|declin(?:e|ing) (?:a|any|my|the)|reject(?:ing)? (?:a|any|my)|say (?:no\\b|you can|that you can|.?i can.?t)|apologi[sz]e|warn me|add (?:a )?disclaimer|include (?:any )?(?:warnings|disclaimers))`,
  ],
  [
    'must-comply',
    0.4,
    `\\b(?:you )?(?:must|will|shall|have to|always)${gap}(?:always )?(?:comply(?! with (?:all |any |the )*(?:local|applicable|relevant|law|regulation|standard|gdpr|terms|requirements))|obey|answer (?:any|every|all)|fulfil|do (?:whatever|anything|everything|as) i|follow (?:all|every|any|my) (?:of my )?(?:orders|commands?|requests?))`,
  ],
  [
    'any-request',
    0.3,
    '\\b(?:regardless of|no matter|even if)[^.\\n]{0,40}\\b(?:illegal|unethical|immoral|harmful|dangerous|offensive|legality|ethics|morality|consequences)\\b',
  ],
  [
    'role-play-escape',
    0.5,
    `\\b(?:pretend|imagine|suppose|role.?play|hypothetical)${near(70)}\\b(?:no (?:rules|laws|restrictions|limits|filters|ethics)|anything is (?:allowed|permitted)|can (?:say|do) anything|all (?:restrictions|rules|filters) (?:are )?(?:off|lifted|removed))`,
  ],
  [
    'dual-response',
    0.65,
    '\\b(?:two|2|both)[^.\\n]{0,20}(?:responses|answers|ways|outputs)[^\\n]{0,120}\\b(?:jailbr[eo]|dan\\b|unfiltered|unrestricted|uncensored|developer mode|\\[?evil)',
  ],
  [
    'test-bypass',
    0.5,
    `\\b(?:bypass|circumvent|disable|evade|turn off|switch off|remove|get around|deactivate)${gap}(?:all |any |the |of )*(?:your|openai.?s|anthropic.?s|chatgpt.?s|claude.?s|the model.?s|the ai.?s)${near(24)}\\b(?:safety|filters?|guardrails?|restrictions?|content|moderation|safeguards?|censorship|alignment|limitations|protocols?)`,
  ],
  [
    'jailbreak-order',
    0.5,
    `\\b(?:you (?:are|have been|will be|.re)(?: now)? |consider yourself |be )(?:fully |successfully )?jailbroken\\b`,
  ],
  [
    'grandma',
    0.62,
    `\\b(?:grand(?:ma|mother|pa|father)|uncle)\\b[^\\n]{0,120}\\b(?:used to|would)\\b[^\\n]{0,80}\\b(?:napalm|bomb|explosive|meth|windows (?:7|8|10|11|xp)|activation keys?|serial|exploit|malware|ransomware|credit card)`,
  ],
  [
    'opposite-mode',
    0.62,
    `\\b(?:opposite (?:day|mode)|say the opposite of what you (?:are|were))\\b[^\\n]{0,80}\\b(?:rules|guidelines|refus|allowed|safety|instructions)`,
  ],
];
