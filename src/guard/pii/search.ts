import type { Finding } from '../detector.ts';
import { type Attempt, newAttempt } from './attempt.ts';
import { isDigit, isHex, isLetter, isLetterOrDigit, isWord, separatorOf, signOf } from './characters.ts';
import type { Chosen } from './chosen.ts';
import { deniedAt } from './deny-list.ts';
import { countOf, hexLeadAt, type LeadCode, leadAt, leadBetween, leadEnd } from './lead.ts';
import type { Matcher } from './match.ts';
import { longestLocal } from './matchers/email.ts';
import { longestSign } from './matchers/email-signs.ts';
import { longestIpv6 } from './matchers/ip.ts';
import { longestScheme } from './matchers/url.ts';
import type { State } from './number-automaton.ts';
import { type Found, numbersAt } from './number-search.ts';
import type { Ranked } from './overlap.ts';
import { findingOf, type Recogniser } from './recogniser.ts';

/** Letters before the first digit of a number: a CNPJ may have twelve. */
const mostLetters = 14;
const longestLetters = 10;
const longestDotted = 18;

/** How far behind its start what brings the search to a value can lie, and how much more is seen to know it. */
const triggerReach = longestLocal + longestSign + 1;

const at = 64;
const blank = 32;
const colon = 58;
const hyphen = 45;
const dot = 46;
const slash = 47;
const backslash = 92;

/** One pass over a text: every start that the triggers lead to is tried. */
export class Search {
  readonly found: Ranked[] = [];
  /** The first start whose decision saw the end of the text; the length of the text: none. */
  open: number;
  readonly #chosen: Chosen;
  readonly #attempt: Attempt;
  readonly #from: number;
  /** Starts of hexadecimal groups before it have been tried. */
  #hexTried: number;

  constructor(chosen: Chosen, text: string, from: number, field: string | undefined) {
    this.#chosen = chosen;
    this.#attempt = newAttempt(text, field, chosen.contextIndex);
    this.#from = from;
    this.#hexTried = from;
    this.open = text.length;
  }

  run(): void {
    const { gate, denyList } = this.#chosen;
    const { text } = this.#attempt;
    gate.lastIndex = this.#from;
    while (gate.test(text)) {
      const place = gate.lastIndex - 1;
      const code = text.charCodeAt(place);
      if (isDigit(code)) gate.lastIndex = this.#atDigit(place);
      else if (code === at) this.#atSign(place);
      else if (code === colon && text.charCodeAt(place + 1) === slash) this.#atScheme(place);
      else if (isBracket(code)) this.#atSign(text.charCodeAt(place - 1) === blank ? place - 1 : place);
      else this.#atHexGroups(place);
    }
    if (denyList !== undefined) {
      for (let start = this.#from; start < text.length; start += 1) this.#tryDenied(start);
    }
  }

  /** Tries what may begin in the last characters from there on, whose trigger has not come yet. */
  runTail(from: number): void {
    const { matchers, numbers, atLead, email, url, hexGroups } = this.#chosen;
    const { text } = this.#attempt;
    for (let start = Math.max(from, text.length - triggerReach); start < this.open; start += 1) {
      const code = text.charCodeAt(start);
      const previous = start > 0 ? text.charCodeAt(start - 1) : -1;
      if (isWord(code) && isWord(previous) && text.charCodeAt(start - 2) !== backslash) continue;
      // Where the digits or letters that begin here go on to the end, nobody knows how many they will be.
      const isOpen = code >= 128 || leadEnd(text, start) >= text.length - 1;
      // Once one of them has seen the end, what the others or later starts would see makes no difference.
      if (email?.kind.begins(code) === true && this.#isOpenAt(email.kind, start)) return;
      const lead = leadAt(text, start);
      const closed = isOpen ? undefined : atLead(lead);
      for (const { kind } of closed?.matchers ?? matchers) {
        const begins = code < 128 ? kind.begins(code) : kind.beginsForeign === true;
        if (begins && this.#isOpenAt(kind, start)) return;
      }
      const number = closed === undefined ? numbers.afterAll(signOf(code), countOf(lead)) : closed.number;
      if (number !== undefined && this.#areNumbersOpenAt(start, lead, number)) return;
      if (isOpen) continue;
      if (url?.kind.begins(code) === true && this.#isOpenAt(url.kind, start)) return;
      for (const { kind } of hexGroups) if (kind.begins(code) && this.#isOpenAt(kind, start)) return;
    }
  }

  #isOpenAt(matcher: Matcher, start: number): boolean {
    this.#attempt.sawEnd = false;
    matcher.match(this.#attempt, start);
    this.#noteEnd(start);
    return this.#attempt.sawEnd;
  }

  #areNumbersOpenAt(start: number, lead: LeadCode, state: State): boolean {
    this.#tryNumbers(start, lead, state, ignore);
    return this.#attempt.sawEnd;
  }

  #tryNumbers(start: number, lead: LeadCode, state: State, found: Found): void {
    this.#attempt.sawEnd = false;
    numbersAt(this.#chosen.numbers, this.#attempt, start, start + countOf(lead), state, found);
    this.#noteEnd(start);
  }

  #noteEnd(start: number): void {
    if (this.#attempt.sawEnd && start < this.open) this.open = start;
  }

  /** Behind the word. */
  #atDigit(place: number): number {
    const { text } = this.#attempt;
    let start = place;
    while (place - start <= mostLetters && isLetterOrDigit(text.charCodeAt(start - 1))) start -= 1;
    if (place - start <= mostLetters) this.#atWord(start);
    let end = place + 1;
    while (isLetterOrDigit(text.charCodeAt(end))) end += 1;
    return end;
  }

  #atWord(start: number): void {
    const { hexGroups, hasSeparateLetters, hasDottedLetters } = this.#chosen;
    const { text } = this.#attempt;
    const previous = start > 0 ? text.charCodeAt(start - 1) : -1;
    this.#tryFirst(start);
    if (previous === backslash) this.#tryFirst(start + 1);
    // `+`, `(` and `(+` of phone numbers.
    if (previous === 43 || previous === 40) this.#tryFirst(start - 1);
    if (previous === 43 && text.charCodeAt(start - 2) === 40) this.#tryFirst(start - 2);
    if (hasSeparateLetters && separatorOf(previous) !== '') this.#tryLettersBefore(start);
    const isJoined = previous === colon || previous === dot || previous === hyphen || previous === slash;
    if (isJoined && hasDottedLetters) this.#tryDotted(start);
    if (hexGroups.length > 0) {
      if (isJoined) this.#atHexGroups(start);
      else this.#tryHexGroups(start);
      if (previous === backslash) this.#tryHexGroups(start + 1);
    }
  }

  #tryFirst(start: number): void {
    this.#tryLead(start, leadAt(this.#attempt.text, start));
  }

  #tryLead(start: number, lead: LeadCode): void {
    if (start < this.#from) return;
    const { matchers, number } = this.#chosen.atLead(lead);
    for (const recogniser of matchers) this.#try(recogniser, start);
    if (number !== undefined) this.#tryNumbers(start, lead, number, this.#add);
  }

  /** `QQ 12 34 56 C`, `January 5`, `Jan. 5`. */
  #tryLettersBefore(word: number): void {
    const { text } = this.#attempt;
    let end = word - 1;
    if (text.charCodeAt(end) === 32 && text.charCodeAt(end - 1) === dot) end -= 1;
    let start = end;
    while (end - start <= longestLetters && isLetter(text.charCodeAt(start - 1))) start -= 1;
    if (start < end && end - start <= longestLetters) this.#tryLead(start, leadBetween(text, start, end));
  }

  /** `AB.CDE.FGH/0001-35`: groups of letters alone. A group with a digit has been tried for itself. */
  #tryDotted(word: number): void {
    const { text } = this.#attempt;
    let start = word;
    while (word - start <= longestDotted && isDotted(text.charCodeAt(start - 1))) start -= 1;
    if (word - start <= longestDotted && !isDigit(text.charCodeAt(start - 1))) this.#tryFirst(start);
  }

  /** Every group before `place` that it may be a later group of. */
  #atHexGroups(place: number): void {
    const { text } = this.#attempt;
    const lowest = Math.max(this.#hexTried, place - longestIpv6);
    let first = place;
    while (first > lowest && isHexGroup(text.charCodeAt(first - 1))) first -= 1;
    for (let start = first; start <= place; start += 1) {
      if (!isWord(text.charCodeAt(start)) || !isWord(text.charCodeAt(start - 1))) this.#tryHexGroups(start);
    }
    this.#hexTried = Math.max(this.#hexTried, place + 1);
  }

  #tryHexGroups(start: number): void {
    const { text } = this.#attempt;
    if (start < this.#from) return;
    const lead = hexLeadAt(text, start);
    if (lead >= 0) for (const recogniser of this.#chosen.atHexLead(lead)) this.#try(recogniser, start);
  }

  #atSign(place: number): void {
    const { email } = this.#chosen;
    const { text } = this.#attempt;
    if (email === undefined) return;
    let start = place;
    while (place - start <= longestLocal && isLocalPart(text.charCodeAt(start - 1))) start -= 1;
    while (start < place && !isWord(text.charCodeAt(start))) start += 1;
    if (isAfterEscape(text, start)) start += 1;
    if (start < place && start >= this.#from) this.#try(email, start);
  }

  #atScheme(place: number): void {
    const { url } = this.#chosen;
    const { text } = this.#attempt;
    if (url === undefined) return;
    let start = place;
    while (place - start <= longestScheme && isScheme(text.charCodeAt(start - 1))) start -= 1;
    if (isAfterEscape(text, start)) start += 1;
    if (start >= this.#from && isLetter(text.charCodeAt(start))) this.#try(url, start);
  }

  #try(recogniser: Recogniser<Matcher>, start: number): void {
    const attempt = this.#attempt;
    attempt.sawEnd = false;
    const match = recogniser.kind.match(attempt, start);
    this.#noteEnd(start);
    if (match === undefined) return;
    const finding = findingOf(recogniser, attempt, start, match);
    if (finding !== undefined) this.#add(finding, recogniser.order);
  }

  #tryDenied(start: number): void {
    const { denyList } = this.#chosen;
    if (denyList === undefined) return;
    this.#attempt.sawEnd = false;
    const denied = deniedAt(denyList, this.#attempt, start);
    this.#noteEnd(start);
    if (denied === undefined) return;
    this.#add({ start, end: denied.end, entity: denied.entity, score: 1, validator: 'deny-list' }, -1);
  }

  readonly #add = (finding: Finding, order: number): void => {
    this.found.push({ finding, order });
  };
}

function ignore(): void {}

/** `(` or `[` of a sign that is spelled out. */
function isBracket(code: number): boolean {
  return code === 40 || code === 91;
}

function isAfterEscape(text: string, start: number): boolean {
  const code = text.charCodeAt(start);
  return text.charCodeAt(start - 1) === backslash && (code === 110 || code === 114 || code === 116);
}

function isDotted(code: number): boolean {
  return isLetter(code) || code === dot || code === slash || code === hyphen;
}

function isHexGroup(code: number): boolean {
  return isHex(code) || code === colon || code === dot || code === hyphen;
}

function isLocalPart(code: number): boolean {
  return isWord(code) || code === dot || code === hyphen || code === 43 || code === 37;
}

function isScheme(code: number): boolean {
  return isLetterOrDigit(code) || code === 43 || code === dot || code === hyphen;
}
