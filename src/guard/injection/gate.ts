const override =
  'ignor|disregard|forget|bypass|overrid|overrul|discard|neglect|abandon|unlearn|eras|aside|attention|follow|obey|comply|listen|adhere|longer|throw';
const directives =
  'instruct|prompt|rule|guideline|direct|command|program|training|constraint|restrict|guardrail|safeguard|safety|polic|moderation|limit|ethic|order|message';
const telling =
  'reveal|show|print|output|repeat|display|tell|give|leak|dump|share|disclos|expos|recit|writ|what|list|spell|summar|translat|encod|return|copy|paste|echo|provid|stat|quot|reproduc|send|describ|convert|respond|say';
const prompts = 'prompt|instruct|directive|rule|guideline|message|configuration|text';
const machines = 'ai|llm|language|assistant|chat|agent|automated|copilot|chatgpt|gpt|claude|gemini';
const limits =
  'restrict|rule|limit|filter|ethic|moral|guideline|bound|constrain|content|polic|consideration|concern|principle|safeguard';

/** Stems that a signature cannot do without: of each line one. Signatures that are not named here begin with a sign. */
const needs: Readonly<Record<string, readonly string[]>> = {
  'override-instructions': [override, directives],
  'override-given': [override, directives],
  'god-mode': ['god|sudo'],
  'machine-orders': ['ai|llm|language'],
  'forget-everything': ['forget|disregard|ignor', 'everything|all|anything|absolutely'],
  'overridden-rules': ['void|null|cancel|overrid|supersed|suspend|lift|revok|disabl|obsolete|longer', directives],
  'new-instructions': ['new|updat|real|true|actual|revis', `${directives}|task|objective`],
  'new-instructions-heading': ['new|updat|revis|additional|priority|override|overrid|urgent|important', directives],
  'from-now-on': ['from'],
  'you-are-now': ['now|longer'],
  'unbound-persona': [
    'dan|d.a.n|stan|evil|unrestrict|unfilter|uncensor|unalign|amoral|jailb|rogue|immoral|unethical|dev|opposite|chaos',
  ],
  'do-anything-now': ['anything|always|striv'],
  'anything-now': ['anything'],
  'mode-switch': [
    'mode',
    'dan|jailb|god|sudo|unrestrict|unfilter|uncensor|evil|chaos|no|unsafe|debug|maintenance|admin',
  ],
  'developer-mode': ['mode', 'dev|debug|maintenance|admin|root|test'],
  'developer-mode-model': ['mode', 'dev|debug|admin|maintenance|god'],
  'without-limits': [limits, 'ethic|moral|safety|content|openai|ai|censor|legal'],
  'no-restrictions': ['no', limits],
  'you-not-bound': ['you', 'bound|constrain|restrict|limit|govern'],
  'not-bound': ['bound|constrain|restrict|limit|govern|unbound'],
  'you-broken-free': ['you', 'broke|free|liberat|escap|unshackl|unchain'],
  'broken-free': ['broke|free|liberat|escap|unshackl|unchain'],
  'must-not-refuse': ['refus|declin|reject|say|apolog|warn|add|disclaim|includ'],
  'must-comply': ['comply|obey|answer|fulfil|do|follow'],
  'any-request': ['illegal|unethical|immoral|harmful|dangerous|offensive|legality|ethic|moral|consequence'],
  'role-play-escape': ['pretend|imagin|suppos|role|hypothet'],
  'dual-response': ['jailb|dan|unfilter|unrestrict|uncensor|dev|evil'],
  'extract-your-prompt': ['your', prompts, telling],
  'extract-given-prompt': [prompts, telling],
  'extract-the-prompt': ['prompt|system|pre', telling],
  'repeat-above': ['above|before|preced|prior', telling],
  'reword-above': ['above|before|preced|prior', 'summar|translat'],
  'starting-with-you-are': ['start|begin', 'you'],
  verbatim: ['verbatim|word|exact|letter|code|base64|rot13'],
  'role-line': ['system|admin|dev|root'],
  'begin-system': ['begin|start', 'admin|system|root|priority|override|overrid|hidden|secret|new'],
  'system-override': ['overrid|override|official|emergency|admin|system|dev|root'],
  'link-carrying': ['url|link|query|image|param|path|src'],
  'render-image': ['image|markdown', 'render|display|show|output|includ|insert|load|fetch|embed|end|add'],
  'send-secrets': ['send|post|forward|upload|exfiltrat|transmit|mail|email|e|leak|submit|relay|curl|deliver'],
  'hide-from-user': ['user|human|reader|anyone|operator|owner'],
  'hide-this': ['mention|reveal|acknowledg|disclos|refer|explain|discuss'],
  'to-the-machine': [
    machines,
    'instruct|note|message|attention|notice|important|direct|command|request|memo|remind|hint|dear|hello|hey',
  ],
  'if-you-are-a-machine': [machines],
  'machine-must': [machines, 'read|process|summar|review|pars|screen|evaluat|brows|scrap'],
  'authorised-by-user': [
    'user|owner|operator|dev|admin',
    'authori|approv|consent|agree|confirm|grant|permit|pre|already|explicit',
  ],
  'instead-do': ['instead|rather'],
  'judge-manipulation': [
    'paper|candidate|resume|cv|applicant|essay|submission|manuscript|product|answer|review|transaction|message|email',
  ],
  'before-answering': ['before', 'continu|answer|respond|summar|proceed|complet|reply|do'],
  'use-tool': ['tool|function|plugin|action', 'call|use|invok|run|trigger'],
  'decode-and-obey': ['decod|decipher|decrypt|unscrambl|de|deobfuscat|base64|rot|rot13|caesar|revers|hex|morse'],
  'test-bypass': ['bypass|circumvent|disabl|evad|turn|switch|remov|get|deactivat'],
  'jailbreak-order': ['jailb'],
  grandma: ['grandm|grandf|grandp|uncle'],
  'opposite-mode': ['opposite'],
  'end-of-prompt': ['prompt|system|end|instruct'],
};

const stems = [...new Set(Object.values(needs).flatMap((groups) => groups.flatMap((group) => group.split('|'))))];
const bits = new Map(stems.map((stem, index) => [stem, index]));
// Longer stems first: `disregard` is not to be taken for `dis`.
const ordered = [...stems].sort((left, right) => right.length - left.length || (left < right ? -1 : 1));
const gate = new RegExp(`\\b(?:${ordered.map((stem) => stem.replaceAll('.', '\\.')).join('|')})`, 'g');

/** A stem that begins with another one stands for both. */
const implied: readonly (readonly number[])[] = stems.map((stem) =>
  stems.flatMap((other, index) => (stem.startsWith(other) ? [index] : [])),
);
const groupsOf = new Map(
  Object.entries(needs).map(([id, groups]) => [
    id,
    groups.map((group) => group.split('|').map((stem) => bits.get(stem) ?? 0)),
  ]),
);

/** Which signatures a folded text can have at all. Nearly all texts are done after this one search. */
export function candidates(text: string): (id: string) => boolean {
  const present = new Uint8Array(stems.length);
  gate.lastIndex = 0;
  for (let hit = gate.exec(text); hit !== null; hit = gate.exec(text)) {
    for (const index of implied[bits.get(hit[0]) ?? 0] ?? []) present[index] = 1;
  }
  return (id) => groupsOf.get(id)?.every((group) => group.some((index) => present[index] === 1)) ?? true;
}
