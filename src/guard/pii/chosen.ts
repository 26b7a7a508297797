import type { EntityOptions } from '../entity.ts';
import { ContextIndex } from './context.ts';
import { type DenyList, denyListOf } from './deny-list.ts';
import { piiEntities } from './entities.ts';
import { firstOf, type HexLeadCode, hexLeads, type LeadCode, leadCodes, leadOf } from './lead.ts';
import type { Matcher } from './match.ts';
import { spelledSign } from './matchers/email-signs.ts';
import { isMatcher, kinds } from './matchers.ts';
import { NumberAutomaton, type State } from './number-automaton.ts';
import { type NumberForm, numberReach } from './number-form.ts';
import { type Recogniser, recogniserOf } from './recogniser.ts';

/** The recognisers that a rule wants, by what brings the search to them. */
export interface Chosen {
  readonly matchers: readonly Recogniser<Matcher>[];
  /** What is tried where a word with a digit begins like this. */
  readonly atLead: (lead: LeadCode) => Tried;
  readonly numbers: NumberAutomaton;
  readonly email: Recogniser<Matcher> | undefined;
  readonly url: Recogniser<Matcher> | undefined;
  readonly hexGroups: readonly Recogniser<Matcher>[];
  /** Those of `hexGroups` that begin like this. */
  readonly atHexLead: (lead: HexLeadCode) => readonly Recogniser<Matcher>[];
  /** Numbers that may begin with letters before a blank or hyphen. */
  readonly hasSeparateLetters: boolean;
  /** Numbers whose first groups may be letters alone. */
  readonly hasDottedLetters: boolean;
  /** What the search stops at. */
  readonly gate: RegExp;
  /** Words that the policy and the entities have. */
  readonly contextIndex: ContextIndex;
  readonly denyList: DenyList | undefined;
  /** Longest match of all together with what must be seen behind it. */
  readonly reach: number;
}

export interface Tried {
  readonly matchers: readonly Recogniser<Matcher>[];
  /** Of numbers in fixed forms: where what begins the word leads; undefined: it begins none. */
  readonly number: State | undefined;
}

const separateLetters = ['UK_NINO', 'ES_NIE', 'DATE_OF_BIRTH'];

export function chosenOf(entities: ReadonlyMap<string, EntityOptions>, minScore: number): Chosen {
  const infos = piiEntities.filter(({ name }) => entities.has(name));
  const places = new Map(infos.map(({ name }, place) => [name, place]));
  const all = kinds.flatMap((kind, order) => {
    const options = entities.get(kind.entity);
    const place = places.get(kind.entity);
    return options === undefined || place === undefined
      ? []
      : [recogniserOf<Matcher | NumberForm>(kind, order, place, options, minScore)];
  });
  const matchers = all.filter(hasMatcher);
  const forms = all.filter(hasForm);
  const atWords = matchers.filter(({ kind }) => kind.trigger === 'digit');
  const email = matchers.find(({ kind }) => kind.trigger === 'at-sign');
  const url = matchers.find(({ kind }) => kind.trigger === 'scheme');
  const hexGroups = matchers.filter(({ kind }) => kind.trigger === 'hex-groups');
  const atHexLeads = hexLeads.map((lead) => hexGroups.filter(({ kind }) => kind.beginsLikeHex?.(lead) ?? true));
  const numbers = new NumberAutomaton(forms);
  const denyList = denyListOf(entities);
  const reaches = all.map(({ kind }) => (isMatcher(kind) ? kind.reach : numberReach(kind)));
  return {
    matchers,
    atLead: chooser(atWords, numbers),
    numbers,
    email,
    url,
    hexGroups,
    atHexLead: (lead) => atHexLeads[lead] ?? [],
    hasSeparateLetters: separateLetters.some((entity) => entities.has(entity)),
    hasDottedLetters: entities.has('BR_CNPJ'),
    gate: gateOf(atWords.length > 0 || forms.length > 0, email !== undefined, url !== undefined, hexGroups.length > 0),
    contextIndex: new ContextIndex(
      infos.map(({ name, contextWords }) => [...contextWords, ...(entities.get(name)?.contextWords ?? [])]),
    ),
    denyList,
    reach: Math.max(denyList?.reach ?? 0, ...reaches, 1),
  };
}

function hasMatcher(recogniser: Recogniser<Matcher | NumberForm>): recogniser is Recogniser<Matcher> {
  return isMatcher(recogniser.kind);
}

function hasForm(recogniser: Recogniser<Matcher | NumberForm>): recogniser is Recogniser<NumberForm> {
  return !isMatcher(recogniser.kind);
}

const nothing: Tried = { matchers: [], number: undefined };

/** Chosen when they are asked for: few of all leads occur. */
function chooser(recognisers: readonly Recogniser<Matcher>[], numbers: NumberAutomaton): Chosen['atLead'] {
  const known: (Tried | undefined)[] = Array.from({ length: leadCodes });
  return (code) => {
    const found = known[code];
    if (found !== undefined || code >= leadCodes) return found ?? nothing;
    const first = firstOf(code);
    const lead = leadOf(code);
    const matchers = recognisers.filter(({ kind }) => {
      if (!kind.begins(first)) return false;
      return lead.count === 0 || (kind.beginsLike?.(lead) ?? true);
    });
    const chosen = { matchers, number: lead.count === 0 ? undefined : numbers.after(lead) };
    known[code] = chosen;
    return chosen;
  };
}

/** Each stands for one character, so that no hit hides another. */
function gateOf(hasDigits: boolean, hasAtSign: boolean, hasScheme: boolean, hasHexGroups: boolean): RegExp {
  const sources = [
    ...(hasDigits || hasHexGroups ? ['[0-9]'] : []),
    ...(hasAtSign ? ['@', spelledSign] : []),
    ...(hasScheme ? [':(?=//)'] : []),
    ...(hasHexGroups ? [':(?=:|[a-fA-F]{2}:)', '-(?=[a-fA-F]{2}-)'] : []),
  ];
  return sources.length === 0 ? /(?!)/g : new RegExp(sources.join('|'), 'g');
}
