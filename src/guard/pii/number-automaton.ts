import { type Sign, signOf, signs } from './characters.ts';
import type { Lead } from './lead.ts';
import { isUnclear, type NumberForm, type Spelling, spellingsOf } from './number-form.ts';
import type { Recogniser } from './recogniser.ts';

/** A number may be complete here. */
export interface Ending {
  readonly recogniser: Recogniser<NumberForm>;
  readonly separator: string;
  readonly needsContext: boolean;
}

/** What a text has been so far: which spellings may still come of it, and which it is. */
export interface State {
  /** By sign; undefined: nobody has asked yet. */
  readonly next: (State | undefined)[];
  readonly endings: readonly Ending[];
  /** They have letters, or may have them. */
  readonly hasLetters: boolean;
  /** Nothing longer can come. */
  readonly isLast: boolean;
  readonly open: readonly Place[];
}

/** A place in a spelling. */
interface Place {
  readonly spelling: string;
  readonly at: number;
  readonly ending: Ending;
  readonly id: number;
}

/**
 * All forms of all kinds of numbers as one deterministic automaton: however many kinds are looked for, a text is read once.
 * States are built when a text asks for them; there are few, because forms are short.
 */
export class NumberAutomaton {
  readonly start: State;
  readonly #states = new Map<string, State>();

  constructor(recognisers: readonly Recogniser<NumberForm>[]) {
    let id = 0;
    const places = recognisers.flatMap((recogniser) =>
      recogniser.kind.templates.flatMap(spellingsOf).map((spelling) => {
        const place = { spelling: spelling.signs, at: 0, ending: endingOf(recogniser, spelling), id };
        id += spelling.signs.length + 1;
        return place;
      }),
    );
    this.start = this.#stateOf(places);
  }

  /** What a word that begins like this can lead to; undefined: no number. */
  after(lead: Lead): State | undefined {
    const own = lead.isDigits ? signs.digit : signs.letter;
    const state = this.afterAll(own, lead.count);
    if (state === undefined) return undefined;
    if (lead.next === 'other')
      return this.#isAlive(state, [lead.isDigits ? signs.letter : signs.digit]) ? state : undefined;
    if (state.endings.length > 0) return state;
    // What a blank and a letter follow has ended, as far as a lead can say.
    const isAlive =
      lead.next === 'separator'
        ? this.#isAlive(state, separatorSigns)
        : this.#isAlive(this.step(state, signs.blank), [signs.letter]);
    return isAlive ? state : undefined;
  }

  /** Behind so many digits, or letters; undefined: no number has so many. */
  afterAll(sign: Sign, count: number): State | undefined {
    let state = this.start;
    for (let at = 0; at < count; at += 1) {
      state = this.step(state, sign);
      if (isDead(state)) return undefined;
    }
    return state;
  }

  #isAlive(state: State, next: readonly Sign[]): boolean {
    return next.some((sign) => !isDead(this.step(state, sign)));
  }

  /** Where nothing can come of it any more the state has no endings and is the last. */
  step(state: State, sign: Sign): State {
    const known = state.next[sign];
    if (known !== undefined) return known;
    const places = state.open
      .filter(({ spelling, at }) => fits(spelling.charAt(at), sign))
      .map((place) => ({ ...place, at: place.at + 1, id: place.id + 1 }));
    const built = this.#stateOf(places);
    state.next[sign] = built;
    return built;
  }

  #stateOf(places: readonly Place[]): State {
    const key = places.map(({ id }) => id).join();
    const known = this.#states.get(key);
    if (known !== undefined) return known;
    const open = places.filter(({ spelling, at }) => at < spelling.length);
    const complete = places.filter(({ spelling, at }) => at === spelling.length);
    const state: State = {
      next: Array.from({ length: Object.keys(signs).length }),
      endings: complete.map(({ ending }) => ending),
      hasLetters: complete.some(({ spelling }) => /[AN]/.test(spelling)),
      isLast: open.length === 0,
      open,
    };
    this.#states.set(key, state);
    return state;
  }
}

const separatorSigns: readonly Sign[] = [signs.blank, signs.hyphen, signs.dot, signs.slash];

function isDead({ isLast, endings }: State): boolean {
  return isLast && endings.length === 0;
}

function endingOf(recogniser: Recogniser<NumberForm>, spelling: Spelling): Ending {
  return { recogniser, separator: spelling.separator, needsContext: isUnclear(recogniser.kind, spelling) };
}

function fits(part: string, sign: Sign): boolean {
  switch (part) {
    case '9':
      return sign === signs.digit;
    case 'A':
      return sign === signs.letter;
    case 'N':
      return sign === signs.digit || sign === signs.letter;
    default:
      return sign === signOf(part.charCodeAt(0));
  }
}
