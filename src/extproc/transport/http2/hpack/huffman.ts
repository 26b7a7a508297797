import { ConnectionFault, http2Code } from '../error.ts';

/**
 * The code of RFC 7541 appendix B. It is canonical (within a length, codes follow the order of the symbols; each length
 * goes on where the one before ended), so that the symbols of each length say everything.
 */
const symbolsByLength: Readonly<Record<number, string>> = {
  5: '48-50 97 99 101 105 111 115 116',
  6: '32 37 45-47 51-57 61 65 95 98 100 102-104 108-110 112 114 117',
  7: '58 66-87 89 106 107 113 118-122',
  8: '38 42 44 59 88 90',
  10: '33 34 40 41 63',
  11: '39 43 124',
  12: '35 62',
  13: '0 36 64 91 93 126',
  14: '94 125',
  15: '60 96 123',
  19: '92 195 208',
  20: '128 130 131 162 184 194 224 226',
  21: '153 161 167 172 176 177 179 209 216 217 227 229 230',
  22: '129 132-134 136 146 154 156 160 163 164 169 170 173 178 181 185-187 189 190 196 198 228 232 233',
  23: '1 135 137-141 143 147 149-152 155 157 158 165 166 168 174 175 180 182 183 188 191 197 231 239',
  24: '9 142 144 145 148 159 171 206 215 225 236 237',
  25: '199 207 234 235',
  26: '192 193 200-202 205 210 213 218 219 238 240 242 243 255',
  27: '203 204 211 212 214 221-223 241 244-248 250-254',
  28: '2-8 11 12 14-21 23-31 127 220 249',
  30: '10 13 22 256',
};

const longest = 30;
const endOfString = 256;

/** Per length: the first code, how many there are, and where their symbols begin. */
const firstCode = new Int32Array(longest + 1);
const codeCount = new Int32Array(longest + 1);
const firstSymbol = new Int32Array(longest + 1);
const symbols = new Uint16Array(257);

let code = 0;
let filled = 0;
for (let length = 1; length <= longest; length++) {
  code *= 2;
  firstCode[length] = code;
  firstSymbol[length] = filled;
  for (const range of symbolsByLength[length]?.split(' ') ?? []) {
    const [from = 0, to = from] = range.split('-').map(Number);
    for (let symbol = from; symbol <= to; symbol++) symbols[filled++] = symbol;
  }
  const count = filled - (firstSymbol[length] ?? 0);
  codeCount[length] = count;
  code += count;
}

/** Bytes as latin1, as Node gives header values to everybody else. */
export function decodeHuffman(bytes: Buffer, start: number, end: number): string {
  // The shortest code has five bits.
  const decoded = Buffer.allocUnsafe(Math.floor(((end - start) * 8) / 5));
  let size = 0;
  let bits = 0;
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    for (let shift = 7; shift >= 0; shift--) {
      bits = bits * 2 + ((byte >> shift) & 1);
      length++;
      const nth = bits - (firstCode[length] as number);
      if (nth >= 0 && nth < (codeCount[length] as number)) {
        const symbol = symbols[(firstSymbol[length] as number) + nth] as number;
        if (symbol === endOfString) throw new ConnectionFault(http2Code.compressionError, 'an end within a header');
        decoded[size++] = symbol;
        bits = 0;
        length = 0;
      }
    }
  }
  // What is left fills up the last byte with the beginning of the end symbol, which is all ones.
  if (length > 7 || bits !== 2 ** length - 1) {
    throw new ConnectionFault(http2Code.compressionError, 'a header is cut off');
  }
  return decoded.toString('latin1', 0, size);
}
