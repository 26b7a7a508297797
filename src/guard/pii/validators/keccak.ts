const rate = 136;
/** Rounds of Keccak-f[1600]: constants as low and high halves, made by the shift register of the specification. */
const constants = roundConstants();
const rotations = [1, 3, 6, 10, 15, 21, 28, 36, 45, 55, 2, 14, 27, 41, 56, 8, 25, 43, 62, 18, 39, 61, 20, 44];
const lanes = [10, 7, 11, 17, 18, 3, 5, 16, 8, 21, 24, 4, 15, 23, 19, 13, 12, 2, 20, 14, 22, 9, 6, 1];

function roundConstants(): readonly (readonly [number, number])[] {
  let register = 1;
  const nextBit = (): number => {
    const bit = register & 1;
    register <<= 1;
    if (register & 0x100) register ^= 0x171;
    return bit;
  };
  return Array.from({ length: 24 }, () => {
    let low = 0;
    let high = 0;
    for (let index = 0; index < 7; index += 1) {
      const place = (1 << index) - 1;
      if (nextBit() === 1) {
        if (place < 32) low ^= 1 << place;
        else high ^= 1 << (place - 32);
      }
    }
    return [low, high] as const;
  });
}

const state = new Int32Array(50);
const column = new Int32Array(10);

/** First `count` bytes of the Keccak-256 of a short ASCII text: SHA-3 before its padding changed, which Node has not. */
export function keccak256(text: string, count: number): Uint8Array {
  if (text.length >= rate) throw new Error('only texts of one block are hashed');
  const block = new Uint8Array(rate);
  for (let index = 0; index < text.length; index += 1) block[index] = text.charCodeAt(index);
  block[text.length] = 1;
  block[rate - 1] = (block[rate - 1] ?? 0) | 0x80;
  state.fill(0);
  for (let index = 0; index < rate; index += 1) {
    const word = index >> 2;
    state[word] = (state[word] ?? 0) | ((block[index] ?? 0) << ((index & 3) * 8));
  }
  permute();
  return Uint8Array.from({ length: count }, (_, index) => (state[index >> 2] ?? 0) >>> ((index & 3) * 8));
}

function permute(): void {
  for (let round = 0; round < 24; round += 1) {
    mixColumns();
    rotateLanes();
    combineRows();
    const [low, high] = constants[round] ?? [0, 0];
    state[0] = (state[0] ?? 0) ^ low;
    state[1] = (state[1] ?? 0) ^ high;
  }
}

function mixColumns(): void {
  for (let x = 0; x < 10; x += 1) {
    column[x] =
      (state[x] ?? 0) ^ (state[x + 10] ?? 0) ^ (state[x + 20] ?? 0) ^ (state[x + 30] ?? 0) ^ (state[x + 40] ?? 0);
  }
  for (let x = 0; x < 5; x += 1) {
    const right = ((x + 1) % 5) * 2;
    const left = ((x + 4) % 5) * 2;
    const low = column[right] ?? 0;
    const high = column[right + 1] ?? 0;
    const mixedLow = (column[left] ?? 0) ^ ((low << 1) | (high >>> 31));
    const mixedHigh = (column[left + 1] ?? 0) ^ ((high << 1) | (low >>> 31));
    for (let y = x * 2; y < 50; y += 10) {
      state[y] = (state[y] ?? 0) ^ mixedLow;
      state[y + 1] = (state[y + 1] ?? 0) ^ mixedHigh;
    }
  }
}

function rotateLanes(): void {
  let low = state[2] ?? 0;
  let high = state[3] ?? 0;
  for (let index = 0; index < 24; index += 1) {
    const lane = (lanes[index] ?? 0) * 2;
    const by = rotations[index] ?? 0;
    const shift = by & 31;
    const first = by < 32 ? low : high;
    const second = by < 32 ? high : low;
    const rotatedLow = shift === 0 ? first : (first << shift) | (second >>> (32 - shift));
    const rotatedHigh = shift === 0 ? second : (second << shift) | (first >>> (32 - shift));
    low = state[lane] ?? 0;
    high = state[lane + 1] ?? 0;
    state[lane] = rotatedLow;
    state[lane + 1] = rotatedHigh;
  }
}

function combineRows(): void {
  for (let row = 0; row < 50; row += 10) {
    for (let x = 0; x < 10; x += 1) column[x] = state[row + x] ?? 0;
    for (let x = 0; x < 10; x += 1) {
      state[row + x] = (column[x] ?? 0) ^ (~(column[(x + 2) % 10] ?? 0) & (column[(x + 4) % 10] ?? 0));
    }
  }
}
