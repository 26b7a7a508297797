/** How a name and a value stand to each other. */
export interface Assignment {
  /** The word that says what the value is. */
  readonly keyword: string;
  /** The whole identifier from that word on. */
  readonly name: string;
  /** What may belong to the same identifier before it. */
  readonly before: string;
  /** Between the identifier and the value. */
  readonly separator: string;
  /** Behind the value; empty: nothing. */
  readonly next: string;
  /** Nothing but their places says that the one is the value of the other. */
  readonly isImplied: boolean;
  readonly isQuoted: boolean;
  /** `pass` and `pw` as words of their own, which are the names of other things as well. */
  readonly isShortName: boolean;
}

/** Names of things that end in "token" or "key" and are no secrets: `next_page_token`, `max_tokens`, `token_count`. */
const publicWords =
  'page|nextpage|next|prev|previous|cursor|continuation|pagination|sync|resume|cancellation|cancel|max|min|num|total|input|output|prompt|completion|cached|reasoning|stop|start|eos|bos|pad|unk|mask|special|design|public|csrf|xsrf|reset|forgot|no|show|hide';
const capitalised = publicWords.replace(/\b[a-z]/g, (first) => first.toUpperCase());
/** As words of their own, or as humps of `nextPageToken`: `admin_password` is no least password. */
const publicBefore = new RegExp(
  `(?:(?<![A-Za-z])(?:${publicWords}|${capitalised}|${publicWords.toUpperCase()})|(?<=[a-z])(?:${capitalised}))[ _-]?$`,
);
const publicAfter =
  /^(?:s?[_-]?(?:count|counts|id|ids|name|names|type|types|url|uri|path|file|length|limit|limits|field|fields|pattern|regex|policy|prefix|size|usage|used|index|label|expir\w*|ttl|version|hint|strength|reset|manager|store|source|ref|arn|ring|endpoint|class|provider|kind|format|stdin|prompt)\w*|[Cc]ount|I[Dd]s?|N(?:ame|umber)|Type|Ur[il]|Path|File|Length|Limit|Ref)$/;

/** How much of the text before the name may belong to the same identifier, or say that an option begins. */
export const nameReach = 32;

const keywords =
  /^(?:password|passwd|passphrase|pwd|passwort|kennwort|mot de passe|contrase[ñn]a|senha|wachtwoord|hasło|parola|lösenord|şifre|пароль|パスワード|密码|密碼|비밀번호|كلمة المرور|identified by|pass|pw|secret|token|credential|bearer|[a-z]+[ _-]?key)/i;
const impliedBy = /^(?:[ \t]+["'`]?|["'][ ]{0,2},[ ]{0,2}["']|\(["'`]|=\{|[ ]by["'` ]{1,3})$/i;
const option = /(?:^|[\s"'`([])--?[A-Za-z-]{0,30}$/;

export function assignmentOf(text: string, from: number, start: number, end: number): Assignment {
  const named = text.slice(from, start);
  const keyword = keywords.exec(named)?.[0] ?? '';
  const after = /^[A-Za-z0-9_-]*/.exec(named.slice(keyword.length))?.[0] ?? '';
  const separator = named.slice(keyword.length + after.length);
  const line = text.slice(Math.max(0, from - nameReach), from);
  return {
    keyword,
    name: keyword + after,
    before: /[A-Za-z0-9_ -]*$/.exec(line)?.[0] ?? '',
    separator,
    next: text.charAt(end),
    isImplied: impliedBy.test(separator) && !option.test(line),
    isQuoted: /["'`]$/.test(separator),
    isShortName: /^(?:pass|pw)$/i.test(keyword) && !/[_.-]$/.test(line) && !isHump(line, keyword),
  };
}

/** `dbPass`. */
function isHump(before: string, keyword: string): boolean {
  return /[a-z]$/.test(before) && /^P/.test(keyword);
}

/** Whether the name is a secret's, and what follows it its value and not code or a description. */
export function isAssignment({ keyword, name, before, separator, next, isShortName }: Assignment): boolean {
  if (isPublicName(before, keyword, name.slice(keyword.length))) return false;
  // `compass: …`, and `PASS: …` of tests.
  if (isShortName && (/[A-Za-z0-9]$/.test(before) || keyword === 'PASS')) return false;
  // `password = read(…)`, `token = list[0]`: what follows the value says that it is code.
  if (next === '(' || next === '[') return false;
  // `| password | value |`, but not `"password" | "username2"`.
  if (/["'][ \t]*\|/.test(separator)) return false;
  // `<password>value</password>`, but not `<password>@host`.
  return !separator.endsWith('>') || separator.endsWith('=>') || next === '<';
}

/** Whether an identifier around a secret's word says that its value is none. */
function isPublicName(before: string, keyword: string, after: string): boolean {
  if (publicAfter.test(after)) return true;
  return /^(?:token|secret|pass)/i.test(keyword) && publicBefore.test(before);
}
