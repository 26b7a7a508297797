/** What confirms a match besides its form; the functions are in `checks/`. */
export type CheckName =
  | 'assigned-key'
  | 'assigned-password'
  | 'basic-credentials'
  | 'given-password'
  | 'github-checksum'
  | 'jwt-header'
  | 'mixed'
  | 'npm-checksum'
  | 'pem-body'
  | 'sluice-checksum';

/**
 * One kind of secret as a row of a table: texts only, so that policy can name kinds without loading what recognises
 * them. The syntax of `patterns` is explained in `pattern/parse.ts`.
 */
export interface SecretKind {
  readonly name: string;
  readonly title: string;
  readonly patterns: readonly string[];
  /** 0 to 1; 0.9: a form that is used for nothing else; 0.7: a value whose name says what it is. */
  readonly score: number;
  /** Names are written in any case; issued tokens never are. */
  readonly ignoreCase: boolean;
  /** A name may be the end of a longer one (`DB_PASSWORD`); a token must not be the end of a longer word. */
  readonly startsAnywhere: boolean;
  /** Shannon entropy in bits for each character of the secret, at least; 0: not looked at. */
  readonly entropy: number;
  readonly check: CheckName | undefined;
  /** The only fixed text of the pattern stands behind these characters: `0123…cdef-us7`. */
  readonly lead: { readonly anchor: string; readonly characters: string; readonly max: number } | undefined;
  /** Is no finding where another kind recognises the same characters. */
  readonly yields: boolean;
  readonly contextWords: readonly string[];
}

type Details = Partial<Omit<SecretKind, 'name' | 'title' | 'patterns'>>;

/** A token that its own form gives away. */
export function issued(
  name: string,
  title: string,
  patterns: string | readonly string[],
  details?: Details,
): SecretKind {
  return {
    name,
    title,
    patterns: typeof patterns === 'string' ? [patterns] : patterns,
    score: 0.9,
    ignoreCase: false,
    startsAnywhere: false,
    entropy: 3,
    check: undefined,
    lead: undefined,
    yields: false,
    contextWords: [],
    ...details,
  };
}

const qualifier = '(?:[ _.-]?(?:api|app|application|access|auth|oauth|account|personal|service|client|global|admin))?';
const noun = '(?:[ _.-]?(?:key|token|secret|password|pat))?';
const suffix = '[A-Za-z0-9_-]{0,12}';
const says =
  '(?::=|=[>]|==|=|:|[>|]|：|is[ :]|ist[ :]|lautet[ :]|est[ :]|es[ :]|è[ :]|é[ :]|to[ :]|是：|是|为：|为|為：|為|は|이|는|은)';
const before = `[\\\\"'\`* \\t]{0,4}${says}`;
/** Between a name and its value, in code, JSON, YAML, environment files, tables and sentences. */
export const between = `${before}[\\\\"'\`* \\t]{0,6}`;
/** The same up to a quotation mark and with it. */
export const betweenQuoted = `${before}[ \\t*]{0,4}[\\\\]?["'\`]`;

/** A value without a form of its own: `datadog_api_key = …`. */
export function named(name: string, title: string, owner: string, value: string, details?: Details): SecretKind {
  const pattern = `${owner}${qualifier}${qualifier}${noun}${suffix}${between}<${value}>`;
  return issued(name, title, pattern, {
    score: 0.7,
    ignoreCase: true,
    startsAnywhere: true,
    check: 'mixed',
    ...details,
  });
}
