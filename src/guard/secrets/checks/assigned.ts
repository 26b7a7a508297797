/** Names of things that end in "token" or "key" and are no secrets: `next_page_token`, `max_tokens`, `token_count`. */
const publicWords =
  'page|nextpage|next|prev|previous|cursor|continuation|pagination|sync|resume|cancellation|cancel|max|min|num|total|input|output|prompt|completion|cached|reasoning|stop|start|eos|bos|pad|unk|mask|special|design|public|csrf|xsrf|reset|forgot|no|show|hide';
const capitalised = publicWords.replace(/\b[a-z]/g, (first) => first.toUpperCase());
/** As words of their own, or as humps of `nextPageToken`: `admin_password` is no least password. */
const publicBefore = new RegExp(
  `(?:(?<![A-Za-z])(?:${publicWords}|${capitalised}|${publicWords.toUpperCase()})|(?<=[a-z])(?:${capitalised}))[ _-]?$`,
);
const publicAfter =
  /^(?:s?[_-]?(?:count|counts|id|ids|name|names|type|types|url|uri|path|file|length|limit|limits|field|fields|pattern|regex|policy|prefix|size|usage|used|index|label|expir\w*|ttl|version|hint|strength|reset|manager|store|source|ref|arn|ring|endpoint|class|provider|kind|format)\w*|[Cc]ount|I[Dd]s?|N(?:ame|umber)|Type|Ur[il]|Path|File|Length|Limit|Ref)$/;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** How much of the text before the name may belong to the same identifier. */
export const nameReach = 32;

/** Whether an identifier around a secret's word says that its value is none. */
export function isPublicName(before: string, keyword: string, after: string): boolean {
  if (publicAfter.test(after)) return true;
  return /^(?:token|secret|pass)/i.test(keyword) && publicBefore.test(before);
}

/** Whether a value is not made of words; without a digit it has to be less like them. */
export function looksMixed(value: string): boolean {
  return wordShare(value) < (/\d/.test(value) ? 0.5 : 0.25);
}

/** Whether a value that a name calls a key can be one: mixed, and made of neither words nor a path. */
export function looksRandom(value: string, keyword: string): boolean {
  if (value.length < 16 || !/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  if (/^(?:https?:|\/|\.|\w:\/)/.test(value) || value.includes('://')) return false;
  if (uuid.test(value)) return !/^token/i.test(keyword);
  return wordShare(value) < 0.5;
}

/** Whether a value that a name calls a password can be one: people choose words, but not words alone. */
export function looksLikePassword(value: string): boolean {
  if (!/[A-Za-z]/.test(value) || /^(?:https?:|\/|\.\/)/.test(value)) return false;
  if (/^[A-Za-z]+(?:[._-][A-Za-z]+)*$/.test(value))
    return value.length >= 12 && wordShare(value) < 0.3 && /[A-Z]/.test(value);
  return /\d/.test(value) || /[^A-Za-z0-9._/-]/.test(value);
}

/** Share of the characters that belong to something like a word: five letters or more, with vowels among them. */
function wordShare(value: string): number {
  let inWords = 0;
  for (const [word] of value.matchAll(/[A-Z]?[a-z]{4,}|[A-Z]{5,}/g)) {
    const vowels = word.match(/[aeiouy]/gi)?.length ?? 0;
    if (vowels / word.length >= 0.25 && vowels / word.length <= 0.6) inWords += word.length;
  }
  return inWords / value.length;
}
