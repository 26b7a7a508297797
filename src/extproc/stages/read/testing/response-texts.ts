import type { ResponseText, ResponseTexts } from '../../../between-stages/response-texts.ts';

/* Guards in one line: rules that change, block, think for a while or look at a window at a time. */

const shout = (text: string) => text.toUpperCase();

/** Windows of ten characters, judged a moment later. */
export function windowed(judge: (window: string) => string | undefined): ResponseTexts {
  let rejection: ResponseTexts['rejection'];
  return {
    ...shouting,
    isWindowed: true,
    get rejection() {
      return rejection;
    },
    openWindowed() {
      let [held, readable, hasEnded] = ['', '', false];
      return {
        push(text) {
          held += text;
        },
        end() {
          hasEnded = true;
        },
        judge(done) {
          const window = held.slice(0, 10);
          if (window === '' || (window.length < 10 && !hasEnded)) return false;
          held = held.slice(10);
          setTimeout(() => {
            const judged = judge(window);
            if (judged === undefined) rejection = { code: 'guardrail_violation', params: { rule: 'r' } };
            readable += judged ?? '';
            done(judged !== undefined);
          }, 2);
          return true;
        },
        take() {
          const text = readable;
          readable = '';
          return text;
        },
      };
    },
  };
}

export const shouting: ResponseTexts = {
  isEnforcing: true,
  isWhole: false,
  isWindowed: false,
  openWindowed: () => {
    throw new Error('not asked for');
  },
  rejection: undefined,
  open: () => ({ push: shout, end: () => '' }),
  judge: (texts, done) => done(texts.map(({ text }) => shout(text))),
};

export const blocking: ResponseTexts = {
  ...shouting,
  rejection: { code: 'guardrail_violation', params: { guardrail: 'g', rule: 'r' } },
  open: () => ({ push: (text) => (text.includes('bad') ? undefined : text), end: () => '' }),
  judge: (texts, done) => done(texts.some(({ text }) => text.includes('bad')) ? undefined : texts.map((t) => t.text)),
};

export function later(texts: ResponseTexts): ResponseTexts {
  return {
    ...texts,
    judge(given, done) {
      const own: ResponseText[] = given.map((each) => ({ ...each }));
      setTimeout(() => texts.judge(own, done), 5);
    },
  };
}
