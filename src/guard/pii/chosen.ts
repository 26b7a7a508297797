import type { EntityOptions } from '../entity.ts';
import { type DenyList, denyListOf } from './deny-list.ts';
import { piiEntities } from './entities.ts';
import { firstOf, type LeadCode, leadCodes, leadOf } from './lead.ts';
import { matchers } from './matchers.ts';
import { type Recogniser, recogniserOf } from './recogniser.ts';

/** The recognisers that a rule wants, by what brings the search to them. */
export interface Chosen {
  readonly all: readonly Recogniser[];
  /** Those that are tried where a word with a digit begins like this. */
  readonly atLead: (lead: LeadCode) => readonly Recogniser[];
  readonly email: Recogniser | undefined;
  readonly url: Recogniser | undefined;
  readonly hexGroups: readonly Recogniser[];
  /** Numbers that may begin with letters before a blank or hyphen. */
  readonly hasSeparateLetters: boolean;
  /** Numbers whose first groups may be letters alone. */
  readonly hasDottedLetters: boolean;
  /** What the search stops at. */
  readonly gate: RegExp;
  readonly denyList: DenyList | undefined;
}

const separateLetters = new Set(['UK_NINO', 'ES_NIE', 'DATE_OF_BIRTH']);

export function chosenOf(entities: ReadonlyMap<string, EntityOptions>, minScore: number): Chosen {
  const infos = new Map(piiEntities.map((info) => [info.name, info]));
  const all = matchers.flatMap((matcher, order) => {
    const info = infos.get(matcher.entity);
    const options = entities.get(matcher.entity);
    return info === undefined || options === undefined ? [] : [recogniserOf(matcher, order, info, options, minScore)];
  });
  const atWords = all.filter(({ matcher }) => matcher.trigger === 'digit');
  const email = all.find(({ matcher }) => matcher.trigger === 'at-sign');
  const url = all.find(({ matcher }) => matcher.trigger === 'scheme');
  const hexGroups = all.filter(({ matcher }) => matcher.trigger === 'hex-groups');
  return {
    all,
    atLead: chooser(atWords),
    email,
    url,
    hexGroups,
    hasSeparateLetters: atWords.some(({ matcher }) => separateLetters.has(matcher.entity)),
    hasDottedLetters: entities.has('BR_CNPJ'),
    gate: gateOf(atWords.length > 0, email !== undefined, url !== undefined, hexGroups.length > 0),
    denyList: denyListOf(entities),
  };
}

/** Chosen when they are asked for: few of all leads occur. */
function chooser(recognisers: readonly Recogniser[]): Chosen['atLead'] {
  const known: (readonly Recogniser[] | undefined)[] = Array.from({ length: leadCodes });
  return (code) => {
    const found = known[code];
    if (found !== undefined || code >= leadCodes) return found ?? [];
    const first = firstOf(code);
    const lead = leadOf(code);
    const chosen = recognisers.filter(({ matcher }) => {
      if (!matcher.begins(first)) return false;
      return lead.count === 0 || (matcher.beginsLike?.(lead) ?? true);
    });
    known[code] = chosen;
    return chosen;
  };
}

/** Each stands for one character, so that no hit hides another. */
function gateOf(hasDigits: boolean, hasAtSign: boolean, hasScheme: boolean, hasHexGroups: boolean): RegExp {
  const sources = [
    ...(hasDigits || hasHexGroups ? ['[0-9]'] : []),
    ...(hasAtSign ? ['@'] : []),
    ...(hasScheme ? [':(?=//)'] : []),
    ...(hasHexGroups ? [':(?=:|[a-fA-F]{2}:)', '-(?=[a-fA-F]{2}-)'] : []),
  ];
  return sources.length === 0 ? /(?!)/g : new RegExp(sources.join('|'), 'g');
}
