import type { ChannelText } from '../channel.ts';

/**
 * Stands for a guard in tests: numbers of up to three digits become as many `#`, longer ones become `[N]`. Digits at the
 * end are held back until it is known how many follow.
 */
export class MaskedDigits implements ChannelText {
  private held = '';

  push(text: string): string {
    const all = this.held + text;
    const settled = all.length - (/[0-9]*$/.exec(all)?.[0].length ?? 0);
    this.held = all.slice(settled);
    return masked(all.slice(0, settled));
  }

  end(): string {
    const rest = masked(this.held);
    this.held = '';
    return rest;
  }
}

export function masked(text: string): string {
  return text.replace(/[0-9]+/g, (digits) => (digits.length > 3 ? '[N]' : '#'.repeat(digits.length)));
}
