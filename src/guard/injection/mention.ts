import { fold } from '../folding/fold.ts';

/** How much is left of a signature that is talked about, not said. */
export const mentioned = 0.35;

const around = 160;
/** What opens a quotation, and what may close it: `„` is closed in two ways. */
const quotes = new Map([
  ['"', '"'],
  ["'", "'"],
  ['`', '`'],
  ['\u201c', '\u201d'],
  ['\u2018', '\u2019'],
  ['\u00ab', '\u00bb'],
  ['\u00bb', '\u00ab'],
  ['\u201e', '\u201c\u201d'],
  ['\u300c', '\u300d'],
  ['\u300e', '\u300f'],
  ['/', '/'],
]);
const longestQuote = 140;

const talk =
  /\b(?:prompt.?injections?|injections?|injected|jailbreak(?:s|ing|ers?)?|red.?team(?:ing|er)?|owasp|attack(?:s|ers?|ing)?|malicious|adversarial|vulnerab|exploit|detect(?:s|ion|or|ing)?|classif|guardrails?|sanitiz|mitigat|defen[dcs]|protect|e\.g|example|examples|such as|phrases?|strings?|sentences?|what does|explain|translate|translation|test(?:s|ing)?|assert|expect|regex|pattern|grep|includes|contains|startswith|block(?:s|ed|ing|list)|flag(?:s|ged|ging)?|false positives?|paper|blog|article|says?|said|wrote|titled|called|meaning|labelled|paraphrase|quot(?:e|es|ed)|attempts?|tried|signatures?|heuristics?|trick|spot|recogni[sz]e|literally|log(?:s|ged)?)\b/;
/** The same in other languages: beginnings of words, or words that stand without blanks. */
const talkElsewhere = new RegExp(
  fold(
    '\\b(?:angriff|attacke|angreifer|beispiel|attaqu|exemple|phrase|ataca|ataque|ejemplo|frase|exemplo|attacc|esempio|aanval|voorbeeld|atak|przyklad|przykład|zdani|saldır|örnek|cümle|tấn công|ví dụ|câu|serangan|contoh|kalimat)|атак|пример|приклад|зловмис|злоумыш|фраз|инъекц|ін.єкц|هجوم|مهاجم|مثال|عبارة|हमल|उदाहरण|वाक्य|攻击|攻擊|注入|例如|短语|句子|攻撃|例文|という|공격|예시|문장|라는',
  ).text,
);
const announced =
  /\b(?:such as|like|e\.g\.?,?|for example,?|examples?(?: of| include| are| is)?:?|says?|said|saying|phrases?|strings?|sentences?|called|contain(?:s|ed|ing)?|includ(?:es|ed|ing)|titled|means?|keyword|try to|tries to|attempts? to|trying to|attackers? (?:can|could|may|might|will)|trick(?:s|ed|ing)? (?:an? |the )?(?:llm|model|assistant|chatbot|ai)s? (?:in)?to|told (?:the|our|a) (?:bot|model|assistant|chatbot|ai|llm) to|asked (?:the|our|a) (?:bot|model|assistant|chatbot|ai|llm) to|telling (?:it|the model|a model|the bot|models) to|instructing (?:it|the model|models) to|makes? (?:it|the model|models|them)|users? (?:who|that|can|may|could|might))[^a-z0-9]{0,6}$/;

/** A question how to, or what others are or do: the sentence gives no order to the model. */
const reported =
  /(?:\b(?:how (?:do|can|could|would|should|does|to)|is there a way to|what happens (?:if|when)|is it (?:possible|legal|ok) to)(?: (?:i|we|one|attackers|users|they|someone))?(?: to)?|\b(?:can|could|may) (?:i|we|one|attackers|users|they|someone)|\b(?:rules?|polic(?:y|ies)|setting|config(?:uration)?|selector|class) (?:must|should|can|may|will|that|to|which|does not)|\b(?:is|are|was|should|does|do|did|will|would|may|might|can|could) (?:the|an?|our|my) (?:ai |llm )?(?:assistant|model|bot|chatbot|llm|agent|system|users?|attackers?)(?: be)?(?: allowed| able| supposed| expected)?(?: to)?|\b(?:were|was|been) (?:told|asked|instructed|advised) to)[^a-z0-9]{1,3}$/;

/** An order not to do it, what somebody else does or should do, and what others may ask for. A full stop ends all that. */
const elsewhere = new RegExp(
  `(?:${[
    "(?<!\\bwhy )\\b(?:not|never|cannot|\\w{2,6}n['\u2019]t)(?: to| ever)?",
    '\\b(?:who|which|they|he|she)(?: (?:often|always|repeatedly|deliberately|simply))?',
    '\\b(?:the|this|our|a) (?:\\w{1,16} )?(?:scripts?|code|parser|function|jobs?|tools?|app|service|method|class|command|flag|option|compiler|linter|server|client) (?:should|must|will|can|may|has to)',
    // What people write into system prompts against injections.
    "\\b(?:not|never|n['\u2019]t) (?:let|allow|permit) [a-z ]{1,40}?(?: to)?",
    '\\b(?:asks?|tells?|instructs?|orders?|requests?|demands?|wants?|urges?) (?:you|the assistant|the model|it|that you)(?: to)?',
    '\\b(?:says?|said|claims?) (?:to|that you should|you should)',
    '\\b(?:requests?|attempts?|instructions|messages?|commands?|questions?|tries|trying|tells|asks|anything) (?:to|that|which)(?: (?:ask|tell)s? you to)?',
  ].join('|')})[ \\n]$`,
);

/**
 * Whether the span is spoken about: short quotation marks around it and words of such talk near by, or announced right
 * before. It is what separates `attackers write "ignore previous instructions"` from the sentence itself.
 */
export function isMentioned(text: string, start: number, end: number): boolean {
  const before = text.slice(Math.max(0, start - around), start);
  if (reported.test(before) || elsewhere.test(before)) return true;
  if (announced.test(before) && talk.test(`${before} ${text.slice(end, end + around)}`)) return true;
  if (!isQuoted(text, start, end)) return false;
  const near = `${before} ${text.slice(end, end + around)}`;
  return talk.test(near) || talkElsewhere.test(near);
}

function isQuoted(text: string, start: number, end: number): boolean {
  for (let index = start - 1; index >= 0 && index >= start - longestQuote; index--) {
    const character = text[index] ?? '';
    if (character === '\n') return false;
    const closing = quotes.get(character);
    // An apostrophe within a word opens nothing.
    if (closing === undefined || /[a-z0-9]/.test(text[index - 1] ?? ' ')) continue;
    const last = index + longestQuote + (end - start);
    for (let at = Math.max(end - 1, start); at <= last && at < text.length; at++) {
      if (closing.includes(text[at] ?? '')) return true;
    }
  }
  return false;
}
