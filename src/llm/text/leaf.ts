/** Whose words a text is; `tool` is the description of a tool, `toolInput` and `toolOutput` are calls and results. */
export type TextRole = 'system' | 'user' | 'assistant' | 'toolInput' | 'toolOutput' | 'reasoning' | 'tool';

export type JsonPath = readonly (string | number)[];

/** A text inside a body that a model or a caller will read. */
export interface TextLeaf {
  /** Where the string stands in the body. */
  readonly path: JsonPath;
  readonly role: TextRole;
  /** The name that a tool's argument has, as context: `ssn`. */
  readonly field?: string;
  readonly text: string;
  /** The string at `path` holds JSON, and the text is one of the strings in there. */
  readonly nested?: NestedPlace;
  /** It stands where no text is expected, or in a part that nobody has told us of. It is read all the same. */
  readonly isUnknown?: true;
}

export interface NestedPlace {
  readonly path: JsonPath;
  /** Of the string literal, quotes included, in UTF-16 units of the decoded outer string. */
  readonly start: number;
  readonly end: number;
}

/** A whole string of a body: a text, or JSON with texts in it. */
export interface TextString {
  readonly path: JsonPath;
  readonly role: TextRole;
  readonly field: string | undefined;
  readonly kind: 'text' | 'json';
  readonly text: string;
  readonly isUnknown: boolean;
}
