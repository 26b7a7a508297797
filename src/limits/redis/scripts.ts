import { createHash } from 'node:crypto';
import { luaCounter, luaRetry } from './lua-counter.ts';

/**
 * One script per operation. KEYS[1] is the reservation, the others are the counters, all in one slot. ARGV: the time or
 * nothing, the id, and everything else packed (`packItems`).
 */
export interface Script {
  readonly text: string;
  /** Redis knows scripts by SHA-1. */
  readonly sha: string;
}

const script = (body: string): Script => counting(`\nif #unreadable > 1 then return unreadable end${body}`);

function counting(body: string): Script {
  const text = luaCounter + body;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/**
 * Answers 3 and indexes, as all of them do where counters cannot be read; or 1 and per item granted and figures, or 0, index (from 0), retry and the figures of all.
 * The record is `L` or `S` (living, settled) and the packed answer.
 */
export const reserveScript = script(`
local record = call('GET', KEYS[1])
if record then
  if #record == 1 then return {2} end
  return cmsgpack.unpack(sub(record, 2))
end
local loaded, granted, final, refused, need = {}, {}, {}, 0, 0
for i = 2, #KEYS do
  local c, amount, least, flags = load(i)
  loaded[i] = c
  final[i] = flags % 4 >= 2
  if flags % 2 == 1 then granted[i] = amount
  else
    local room = remaining(c)
    if least < 1 then least = 1 end
    if room >= least then granted[i] = min(amount, room)
    elseif refused == 0 then refused, need = i, least end
  end
end
if refused > 0 then
  ${luaRetry}
  local c, n = loaded[refused], 3
  local reply = {0, refused - 2, need > c.limit and -1 or retry_in(c, need)}
  for i = 2, #KEYS do
    n = put_figures(reply, n, loaded[i])
    if loaded[i].changed then save(KEYS[i], loaded[i], ttl) elseif loaded[i].told then remember_told(KEYS[i], loaded[i]) end
  end
  return reply
end
local reply, n, ends = {1}, 1, now + ttl
for i = 2, #KEYS do
  local c, amount = loaded[i], granted[i]
  reply[n + 1] = amount
  if final[i] then
    count(c, amount)
    save(KEYS[i], c, ttl)
  else
    hold(c, amount)
    if c.n == 0 or ends < c.n then c.n = ends end
    save(KEYS[i], c, ttl, pack('>dddd', ends, amount, 0, 1))
  end
  n = put_figures(reply, n + 1, c)
end
call('SET', KEYS[1], 'L' .. cmsgpack.pack(reply), 'PX', string.format('%.0f', ttl + retention))
return reply
`);

/** Answers 1 and per item room (0, 1) and figures, or 0 when it is settled. */
export const chargeScript = script(`
local record = call('GET', KEYS[1])
if record and sub(record, 1, 1) == 'S' then return {0} end
local reply, n = {1}, 1
for i = 2, #KEYS do
  local c, amount = load(i)
  local room = 1
  if c.kind ~= 'c' then
    local ends, held, spent, lives = now + retention, 0, 0, 0
    if c.mine then ends, held, spent, lives = unpack_struct('>dddd', c.mine) end
    local extra = max(0, amount - held)
    if extra > remaining(c) then room = 0 end
    if lives == 1 then hold(c, extra) else count(c, extra) end
    if c.n == 0 or ends < c.n then c.n = ends end
    save(KEYS[i], c, 0, pack('>dddd', ends, held + extra, max(spent, amount), lives))
  elseif c.changed then save(KEYS[i], c, 0) end
  reply[n + 1] = room
  n = put_figures(reply, n + 1, c)
end
return reply
`);

/** Answers 1, or 2 when late, and figures per item; or 0 when it was settled before. */
export const settleScript = script(`
local record = call('GET', KEYS[1])
if record and sub(record, 1, 1) == 'S' then return {0} end
local reply, n = {1}, 1
for i = 2, #KEYS do
  local c, used = load(i)
  if c.kind == 'c' then used = 0 end
  if c.mine then
    local _, held, _, lives = unpack_struct('>dddd', c.mine)
    if lives == 1 then release(c, held, used)
    else
      reply[1] = 2
      count(c, used - held)
    end
    save(KEYS[i], c, 0, false)
  else
    reply[1] = 2
    count(c, used)
    save(KEYS[i], c, 0)
  end
  n = put_figures(reply, n, c)
end
call('SET', KEYS[1], 'S' .. (record and sub(record, 2) or ''), 'PX', string.format('%.0f', retention))
return reply
`);

/** Answers whether the reservation still lives in all of its counters. One that cannot be read does not stop the others. */
export const renewScript = counting(`
local record = call('GET', KEYS[1])
local lives = 0
if record and sub(record, 1, 1) == 'L' then lives = 1 end
for i = 2, #KEYS do
  local c = load(i)
  local kept
  if c and c.mine then
    local _, held, spent, living = unpack_struct('>dddd', c.mine)
    if living == 1 then kept = pack('>dddd', now + ttl, held, spent, 1) end
  end
  if not kept then lives = 0 end
  if kept or c and c.changed then save(KEYS[i], c, ttl, kept) end
end
if lives == 1 then call('PEXPIRE', KEYS[1], string.format('%.0f', ttl + retention)) end
return lives
`);

/** Answers 1 and the figures of each. Writes nothing. */
export const peekScript = script(`
local reply, n = {1}, 1
for i = 2, #KEYS do n = put_figures(reply, n, (load(i, true))) end
return reply
`);

export const allScripts: readonly Script[] = [reserveScript, chargeScript, settleScript, renewScript, peekScript];
