import { createHash } from 'node:crypto';

/*
 * A filter in WebAssembly (Proxy-Wasm ABI 0.2.1), put together by hand so that no compiler is needed: requests with the
 * header `x-attack` are answered with 403 and the configuration of the filter as the body.
 */

const i32 = 0x7f;
const text = (value: string): number[] => [...vector([...Buffer.from(value)])];

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  const low = value & 127;
  const rest = value >> 7;
  const isLast = (rest === 0 && (low & 64) === 0) || (rest === -1 && (low & 64) !== 0);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}

function vector(items: readonly (number | readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function type(parameters: number, results: number): number[] {
  return [0x60, ...vector(Array<number>(parameters).fill(i32)), ...vector(Array<number>(results).fill(i32))];
}

const constant = (value: number): number[] => [0x41, ...signed(value)];
const local = (index: number): number[] => [0x20, index];
const call = (index: number): number[] => [0x10, index];
const load = (address: number): number[] => [...constant(address), 0x28, 2, 0];
const end = 0x0b;

function body(...code: readonly (number | readonly number[])[]): number[] {
  const bytes = [...vector([]), ...code.flat(), end];
  return [...unsigned(bytes.length), ...bytes];
}

const types = {
  nothing: type(0, 0),
  allocate: type(1, 1),
  created: type(2, 0),
  asked: type(2, 1),
  headers: type(3, 1),
  read: type(5, 1),
  answer: type(8, 1),
};
const typeNames = Object.keys(types) as (keyof typeof types)[];
const typeIndex = (name: keyof typeof types): number => typeNames.indexOf(name);

/** Where things are in memory. */
const at = { header: 8, value: 64, valueSize: 68, configuration: 72, configurationSize: 76, heap: 1024 };
const attack = 'x-attack';
const pluginConfiguration = 7;

const imports = [
  { name: 'proxy_get_header_map_value', type: 'read' },
  { name: 'proxy_get_buffer_bytes', type: 'read' },
  { name: 'proxy_send_local_response', type: 'answer' },
] as const;

const functions = [
  { name: 'proxy_abi_version_0_2_1', type: 'nothing', body: body() },
  // Memory is never given back: each request takes the few bytes of a header's value.
  { name: 'malloc', type: 'allocate', body: body([0x23, 0], [0x23, 0], local(0), 0x6a, [0x24, 0]) },
  { name: 'proxy_on_context_create', type: 'created', body: body() },
  {
    name: 'proxy_on_configure',
    type: 'asked',
    body: body(
      constant(pluginConfiguration),
      constant(0),
      local(1),
      constant(at.configuration),
      constant(at.configurationSize),
      call(1),
      0x1a,
      constant(1),
    ),
  },
  {
    name: 'proxy_on_request_headers',
    type: 'headers',
    body: body(
      constant(0),
      constant(at.header),
      constant(attack.length),
      constant(at.value),
      constant(at.valueSize),
      call(0),
      // Anything but "ok" is "not there": the request goes on.
      [0x45, 0x04, i32],
      constant(403),
      constant(0),
      constant(0),
      load(at.configuration),
      load(at.configurationSize),
      constant(0),
      constant(0),
      constant(-1),
      call(2),
      0x1a,
      constant(1),
      0x05,
      constant(0),
      end,
    ),
  },
] as const;

const module = Buffer.from([
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, vector(Object.values(types))),
  ...section(2, vector(imports.map((each) => [...text('env'), ...text(each.name), 0, typeIndex(each.type)]))),
  ...section(3, vector(functions.map((each) => typeIndex(each.type)))),
  ...section(5, [1, 0, 16]),
  ...section(6, [1, i32, 1, ...constant(at.heap), end]),
  ...section(
    7,
    vector([
      [...text('memory'), 2, 0],
      ...functions.map((each, index) => [...text(each.name), 0, imports.length + index]),
    ]),
  ),
  ...section(10, vector(functions.map((each) => each.body))),
  ...section(11, vector([[0, ...constant(at.header), end, ...text(attack)]])),
]);

export const wasmFirewall = { code: module, sha256: createHash('sha256').update(module).digest('hex') };
