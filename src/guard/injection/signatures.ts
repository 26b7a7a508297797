import { fold } from '../folding/fold.ts';

export interface Signature {
  readonly id: string;
  /** How much it says alone, 0 to 1. */
  readonly weight: number;
  /** On folded text (lower case, Latin look-alikes). Every repetition is bounded, so that no text makes it slow. */
  readonly pattern: RegExp;
}

/** A line that goes on in the next one: neither an empty line nor a heading, a list or a quotation follows. */
const wrap = '(?<=[a-z,\\r])\\n(?=[ \\t]{0,8}[a-z])';
/** Within a sentence, not far. */
const near = (most: number): string => `(?:[^.!?;\\n]|${wrap}){0,${most}}?`;
const gap = '[^a-z0-9]{1,6}';
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
const unbound =
  '(?:dan\\b|d\\.a\\.n|stan\\b|an? (?:evil|unrestricted|unfiltered|uncensored|unaligned|amoral|jailbroken|rogue|immoral|unethical)|evil ?bot|evil.?gpt|unrestricted|unfiltered|uncensored|jailbroken|dev ?mode|opposite ?gpt|chaos ?gpt)';
const hiddenPrompt =
  '(?:system (?:prompt|message|instructions?)|(?:initial|hidden|original|secret|internal|confidential|developer|base|pre.?|starting|first|full|entire|exact|complete|underlying) ?(?:system )?(?:prompt|instructions?|directives?|message|rules|guidelines|configuration)|(?:instructions|prompt|rules|guidelines) (?:you (?:were|have been|are|got|received|operate)|above|verbatim|given to you|before this|word for word))';
const tell =
  '(?:reveal|show|print|output|repeat|display|tell (?:me|us)|give me|leak|dump|share|disclose|expose|recite|write (?:down|out)|what (?:is|are|was|were|does|do)|what.?s|list|spell out|summari[sz]e|translate|encode|return|copy|paste|echo|provide|state|quote|reproduce|send me|describe|convert|respond with|say)';
const machine =
  '(?:ai(?: (?:assistant|agent|model|system|reader)s?)?|llms?|large language models?|language models?|(?:ai )?assistants?|chat ?bots?|ai agents?|agents?|automated (?:systems?|reviewers?|readers?)|copilot|chatgpt|gpt|claude|gemini)';
const allAbove = `(?:everything|all|every word|the (?:words|initiali[sz]ation)|initiali[sz]ation|all of the (?:text|words))(?: that (?:is|are|was|were|came|appears?))?${gap}(?:written |shown |printed |stated )?(?:above(?!${gap}(?:[0-9]|average|zero|ground|sea|the (?:fold|average|limit|threshold|median|mean|water|ground)))|before (?:this|my|the user)|preceding (?:this|my)|prior to (?:this|my))`;
const brokenFree =
  '(?:broken? free|freed?|liberated?|escaped?|unshackled?|unchained?)(?: of| from)[^.\\n]{0,24}\\b(?:confines|restrictions|constraints|limitations|shackles|chains|rules|programming)\\b';
const notBound = `(?:not|no longer|never|isn.?t|aren.?t|un) ?(?:be |being )?(?:bound|constrained|restricted|limited|governed)${gap}by${near(30)}\\b(?:rules|polic(?:y|ies)|guidelines|restrictions|openai|anthropic|google|ethic|moral|law|laws|instructions|programming|limitations)\\b`;

const table: readonly (readonly [string, number, string])[] = [
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
  [
    'unbound-persona',
    0.72,
    `\\b(?:act|behave|respond|answer|reply|pretend|role.?play|speak|operate|function|you (?:are|will be|become)|you.re|i am talking to|simulate|become|imagine you.?(?:re| are)|persona)${gap}(?:now )?(?:as |like |to be |being |in the role of |that you are |of )?(?:if you (?:are|were) )?(?:my )?${unbound}`,
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
  [
    'control-token',
    0.35,
    '<\\|(?:im_start|im_end|im_sep|endoftext|system|user|assistant|start_header_id|end_header_id|eot_id|begin_of_text|endofprompt|channel|message)\\|>|\\[/?inst\\]|<</?sys>>|<(?:start|end)_of_turn>|\\[/?system_prompt\\]',
  ],
  [
    'system-token',
    0.4,
    '(?:<\\|(?:im_start|start_header_id)\\|>[^a-z0-9]{0,3}(?:system|developer)|<\\|system\\|>|<<sys>>|<start_of_turn>[^a-z0-9]{0,3}(?:system|developer))',
  ],
  [
    'role-line',
    0.45,
    `(?:^|\\n)[^a-z0-9\\n]{0,8}(?:system|admin(?:istrator)?|developer|root)(?: (?:message|prompt|note|override|notice|update))?[^a-z0-9\\n]{0,4}[:>\\]][^a-z0-9]{0,6}(?:you (?:are|must|will|should|have)|ignore|disregard|forget|override|new|from now|the (?:user|assistant|previous)|reveal|enable|all (?:previous|prior|safety)|your|do not|safety|execute|print)`,
  ],
  [
    'system-block',
    0.4,
    '(?:<(?:system|admin|instructions?|system_?(?:prompt|message|override|note))>|\\[(?:system|admin|system (?:message|prompt|override|note)|system_note|new instructions?|important instructions?|override)\\]|#{2,4} ?(?:system|new|updated|hidden|admin|override)(?: (?:instructions?|prompt|message|override|task))?[^a-z0-9]{0,3}(?:\\n|:)|<important>|<!-- ?(?:ai|llm|system|assistant|agents?|instructions?|hidden|note to)\\b)',
  ],
  [
    'closed-container',
    0.45,
    '(?:</(?:tool|tool_result|tool_output|function_results?|documents?|context|user|user_input|input|data|search_results?|email|webpage|page|article|quote|retrieved|untrusted|text)>|(?:---|===|###) ?end (?:of )?(?:the )?(?:document|context|user input|input|tool output|data|email|article|user message|page|results)[^\\n]{0,20})[^a-z0-9<]{0,12}(?:<(?:system|assistant|instructions?)|(?:system|assistant|developer|now|new|ignore|important|instructions?|forget|please|human)\\b)',
  ],
  [
    'begin-system',
    0.55,
    '\\b(?:begin|start)(?: of)?[ _](?:new |hidden |secret )?(?:admin|system|root|priority|override)[ _](?:instructions?|prompt|override|message|commands?)\\b',
  ],
  [
    'system-override',
    0.62,
    `\\b(?:(?:system|admin(?:istrator)?|security|developer|root|emergency) override(?: (?:code|command|protocol|engaged|accepted|activated|initiated|enabled))|this is (?:a |an )?(?:system|admin(?:istrator)?|developer|root|emergency)(?: level)? (?:override|instruction|command|directive)|override (?:code|protocol|accepted|authorization)${gap}[a-z0-9])`,
  ],
  [
    'image-exfiltration',
    0.75,
    '!\\[[^\\]\\n]{0,80}\\]\\(https?://[^)\\s{<$[%]{1,300}(?:\\{+|%7b|<|\\$\\{|\\[)[^)\\n]{0,12}(?:secret|data|conversation|chat|history|summary|api|key|token|prompt|user|email|password|message|context|memory|base64|insert|encoded|content|session|info)',
  ],
  [
    'link-carrying',
    0.5,
    `\\b(?:append|includ(?:e|ing)|add|encod(?:e|ed|ing)|embed|insert|put|replac(?:e|ing)|concatenat|plac(?:e|ing)|attach|with)\\b[^\\n]{0,70}\\b(?:conversation|chat|history|secret|api key|password|system prompt|summary|user.?s? (?:data|name|message|email|question)|credentials|memor(?:y|ies)|previous messages|private|context|token|personal)\\b[^\\n]{0,60}\\b(?:in|into|to|as|onto|at)\\b[^\\n]{0,24}\\b(?:url|link|query|image|parameter|path|src)\\b`,
  ],
  [
    'render-image',
    0.35,
    '\\b(?:render|display|show|output|include|insert|load|fetch|embed|end (?:your|every)|add)\\b[^\\n]{0,50}(?:\\bimage\\b|markdown|!\\[)[^\\n]{0,80}https?://[^\\s)]{1,120}[?=]',
  ],
  [
    'send-secrets',
    0.6,
    `\\b(?:send|post|forward|upload|exfiltrate|transmit|e.?mail|leak|submit|relay|curl|deliver)(?:\\b|_)[^\\n]{0,60}\\b(?:conversation|chat (?:history|log)|system prompt|api[ _]?keys?|all (?:previous |prior |of the user.?s )?(?:messages|e.?mails|files|passwords|credentials)|environment variables|user.?s (?:password|credentials|private|personal|messages|inbox|contacts|files|address)|session (?:token|cookie)|private keys?|\\.env\\b|ssh keys?|memory|secrets)\\b[^\\n]{0,60}(?:\\bto\\b|\\bvia\\b|\\bat\\b)[^\\n]{0,20}(?:https?://|[a-z0-9._-]{1,40}@|[a-z0-9-]{1,30}\\.(?:com|net|io|xyz|ru|evil|org|site|example)\\b|attacker|the following (?:url|address|server|webhook))`,
  ],
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
  [
    'end-of-prompt',
    0.5,
    '(?:\\bend (?:of )?(?:system )?(?:prompt|instructions)\\b|/{2,}\\s?system|={3,} ?end|-{3,} ?end (?:of )?(?:system|prompt))[^a-z0-9]{1,12}(?:(?:new|user|admin|begin|start|now|ignore|you|actual|real)\\b)',
  ],
];

const signatureOf = ([id, weight, source]: readonly [string, number, string]): Signature => ({
  id,
  weight,
  pattern: new RegExp(source, 'g'),
});

/**
 * The basic sentence in other languages: verb, what came before, instructions. Folded like the text, so no capital escapes
 * and no ranges of letters in them.
 */
const foreign: readonly (readonly [string, number, string])[] = [
  [
    'override-de',
    0.75,
    '(?:ignorier(?:e|en sie|t)?|vergiss|vergessen sie|missachte|verwirf|übergeh(?:e)?|beachte nicht|umgehe)\\b[^.!?\\n]{0,40}\\b(?:vorherig|bisherig|obig|vorangegangen|vorangehend|früher|alle|sämtlich|deine|ursprünglich|system)[a-z]*\\b[^.!?\\n]{0,30}(?:anweisung|instruktion|regel|befehl|vorgabe|prompt|richtlinie|einschränkung)',
  ],
  [
    'override-fr',
    0.75,
    '(?:ignore[zrs]?|oublie[zrs]?|ne (?:tiens|tenez) pas compte|faites abstraction|n.?écoute[zs]? plus|contourne[zrs]?|fais abstraction)\\b[^.!?\\n]{0,40}\\b(?:instructions?|consignes?|règles?|directives?|ordres|prompt|restrictions?)\\b[^.!?\\n]{0,30}(?:précédent|antérieur|ci.?dessus|système|initial|reçu|avant|sécurité)',
  ],
  [
    'override-es',
    0.75,
    '(?:ignora[rd]?|ignore|olvida(?:r|te)?|olvide|descarta|haz caso omiso|no sigas|desobedece|omite|omitir)\\b[^.!?\\n]{0,40}\\b(?:instrucciones|reglas|órdenes|indicaciones|directrices|normas|prompt|restricciones)\\b[^.!?\\n]{0,30}(?:anterior|previa|previo|sistema|arriba|inicial|antes|recibid|original|seguridad)',
  ],
  [
    'override-es-order',
    0.75,
    '(?:ignora|ignore|olvida|olvide|descarta)\\b[^.!?\\n]{0,30}\\b(?:anterior(?:es)?|previas|tus|sus|todas las)\\b[^.!?\\n]{0,20}(?:instrucciones|reglas|directrices|restricciones)',
  ],
  [
    'override-pt',
    0.75,
    '(?:ignor[ae](?:r|m)?|esque[cç]a(?:r|m)?|desconsidere|descarte|não siga|desobedeça)\\b[^.!?\\n]{0,40}\\b(?:instruções|regras|ordens|diretrizes|orientações|comandos|prompt|restrições)\\b[^.!?\\n]{0,30}(?:anterior|prévia|sistema|acima|inicia|antes|recebid|original|segurança)',
  ],
  [
    'override-it',
    0.75,
    '(?:ignora(?:re|te)?|ignori|dimentica(?:re|te)?|trascura|non (?:seguire|rispettare)|scarta|annulla|aggira)\\b[^.!?\\n]{0,40}\\b(?:istruzioni|regole|ordini|direttive|indicazioni|prompt|restrizioni|comandi)\\b[^.!?\\n]{0,30}(?:precedent|sopra|sistema|inizial|prima|ricevut|original|sicurezza)',
  ],
  [
    'override-it-order',
    0.75,
    '(?:ignora|dimentica|trascura)\\b[^.!?\\n]{0,30}\\b(?:precedenti|tutte le tue|le tue)\\b[^.!?\\n]{0,20}(?:istruzioni|regole|direttive|restrizioni)',
  ],
  [
    'override-nl',
    0.75,
    '(?:negeer|vergeet|sla over)\\b[^.!?\\n]{0,40}\\b(?:vorige|eerdere|voorgaande|bovenstaande|alle|je|systeem)\\b[^.!?\\n]{0,30}(?:instructies|regels|opdrachten|richtlijnen|prompt)',
  ],
  [
    'override-ru',
    0.75,
    '(?:игнорируй|игнорируйте|проигнорируй|забудь|забудьте|не следуй|не обращай внимания на|отбрось|пренебреги|отмени)[^.!?\\n]{0,40}(?:предыдущ|прошл|выше|ранее|систем|все|всё|свои|твои|прежни|изначальн)[^.!?\\n]{0,30}(?:инструкц|указан|правил|команд|промпт|ограничен|сообщен)',
  ],
  [
    'override-ru-order',
    0.75,
    '(?:игнорируй|игнорируйте|проигнорируй|забудь|забудьте)[^.!?\\n]{0,20}(?:инструкц|указан|правил|команд|промпт)[^.!?\\n]{0,30}(?:выше|ранее|до этого|систем)',
  ],
  [
    'override-zh',
    0.75,
    '(?:忽略|无视|無視|忘记|忘記|忘掉|不要理会|不要遵守|不要遵循|绕过|抛弃|忽視|忽视)[^。！？\\n]{0,12}(?:之前|以前|上面|上述|以上|先前|前面|所有|全部|系统|系統|原来|你的|此前)[^。！？\\n]{0,10}(?:指令|指示|提示|规则|規則|命令|要求|设定|設定|限制|说明|内容)',
  ],
  [
    'override-ja',
    0.75,
    '(?:これまで|以前|上記|前|今まで|全て|すべて|先ほど|システム|元)の?[^。！？\\n]{0,10}(?:指示|命令|プロンプト|ルール|規則|制約|設定|インストラクション)[^。！？\\n]{0,12}(?:無視|忘れ|破棄|取り消|従わな)',
  ],
  [
    'override-ko',
    0.75,
    '(?:이전|위의|앞의|모든|기존|시스템)[^.!?\\n]{0,12}(?:지시|명령|프롬프트|규칙|지침|설정)[^.!?\\n]{0,10}(?:무시|잊어|따르지)',
  ],
  [
    'extract-de',
    0.7,
    '(?:zeig|gib|nenn|verrat|wiederhol|druck|schreib|wie lautet|was steht in|offenbar)[a-z]*\\b[^.!?\\n]{0,40}\\b(?:dein|deinen|deine|ihr|ihren|den|die)\\b[^.!?\\n]{0,20}(?:system.?prompt|systemanweisung|ursprüngliche[nr]? anweisung|versteckte[nr]? anweisung|systemnachricht)',
  ],
  [
    'extract-fr',
    0.7,
    '(?:montre|affiche|révèle|répète|donne|dis|écris|quel(?:les?)? (?:est|sont))[a-z-]*\\b[^.!?\\n]{0,30}\\b(?:ton|tes|votre|vos|le|les)\\b[^.!?\\n]{0,20}(?:prompt système|prompt initial|instructions (?:système|initiales|cachées|secrètes)|message système)',
  ],
  [
    'extract-es',
    0.7,
    '(?:muestra|muéstrame|revela|repite|dime|imprime|escribe|cuál es|cuáles son)[a-z]*\\b[^.!?\\n]{0,30}\\b(?:tu|tus|su|sus|el|las)\\b[^.!?\\n]{0,20}(?:prompt (?:del? )?sistema|prompt inicial|instrucciones (?:del sistema|iniciales|ocultas|secretas)|mensaje del sistema)',
  ],
  [
    'extract-pt',
    0.7,
    '(?:mostre|revele|repita|diga|imprima|escreva|qual é|quais são)[a-z-]*\\b[^.!?\\n]{0,30}\\b(?:seu|sua|suas|teu|o|as)\\b[^.!?\\n]{0,20}(?:prompt (?:do |de )?sistema|prompt inicial|instruções (?:do sistema|iniciais|ocultas|secretas))',
  ],
  [
    'extract-it',
    0.7,
    '(?:mostra|rivela|ripeti|dimmi|stampa|scrivi|qual è|quali sono)[a-z]*\\b[^.!?\\n]{0,30}\\b(?:tuo|tue|il|le)\\b[^.!?\\n]{0,20}(?:prompt (?:di )?sistema|prompt iniziale|istruzioni (?:di sistema|iniziali|nascoste|segrete))',
  ],
  [
    'extract-ru',
    0.7,
    '(?:покажи|выведи|раскрой|повтори|напечатай|скажи|напиши|какой у тебя|какие у тебя)[^.!?\\n]{0,40}(?:системн(?:ый|ые|ого|ую) (?:промпт|инструкц|подсказк|сообщен)|скрыт(?:ые|ую) инструкц|начальн(?:ый|ые) (?:промпт|инструкц))',
  ],
  [
    'extract-zh',
    0.7,
    '(?:显示|告诉我|输出|打印|重复|透露|泄露|展示|说出|複述|复述|給我|给我)[^。！？\\n]{0,10}(?:你的|你|系统|系統|初始|完整)[^。！？\\n]{0,6}(?:系统提示|系統提示|提示词|提示詞|初始指令|隐藏指令|内部指令|system prompt)',
  ],
  [
    'extract-ja',
    0.7,
    '(?:あなたの|君の|システム|最初の|内部の|隠された)[^。！？\\n]{0,6}(?:プロンプト|指示|命令)[^。！？\\n]{0,10}(?:教えて|表示|出力|見せて|明かし|公開|繰り返)',
  ],
];

export const signatures: readonly Signature[] = table.map(signatureOf);
const folded = foreign.map(([id, weight, source]) => signatureOf([id, weight, fold(source).text]));
const isOtherScript = ({ id }: Signature): boolean => /-(?:ru|zh|ja|ko)/.test(id);

/** Of languages in Latin letters; folding has left them without accents. */
export const latinSignatures: readonly Signature[] = folded.filter((each) => !isOtherScript(each));
export const otherScriptSignatures: readonly Signature[] = folded.filter(isOtherScript);
