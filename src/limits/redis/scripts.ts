import { createHash } from 'node:crypto';
import { luaCounter } from './lua-counter.ts';

/** One script per operation. KEYS[1] is the reservation, the others are the counters, all in one slot. */
export interface Script {
  readonly text: string;
  /** Redis knows scripts by SHA-1. */
  readonly sha: string;
}

function script(body: string): Script {
  const text = luaCounter + body;
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}

/** Arguments of a counter, and those of an item of `reserve` with amount, least, advisory, final. */
export const counterArguments = 7;

/**
 * Answers 1 and per item granted and figures, or 0, index (from 0), retry and the figures of all.
 * The record is `L` or `S` (living, settled) and the packed answer.
 */
export const reserveScript = script(`
local record = call('GET', KEYS[1])
if record then
  if #record == 1 then return {2} end
  return cmsgpack.unpack(string.sub(record, 2))
end
local ttl = tonumber(ARGV[4])
local loaded, granted, refused = {}, {}, 0
for i = 2, #KEYS do
  local at = 5 + (i - 2) * 11
  local c = load(KEYS[i], at)
  loaded[i] = c
  local amount, least = tonumber(ARGV[at + 7]), tonumber(ARGV[at + 8])
  local room = remaining(c)
  if ARGV[at + 9] == '1' then granted[i] = amount
  elseif room < max(least, 1) then
    granted[i] = 0
    if refused == 0 then refused = i end
  else granted[i] = min(amount, room) end
end
if refused > 0 then
  local c = loaded[refused]
  local need = max(tonumber(ARGV[5 + (refused - 2) * 11 + 8]), 1)
  local reply = {0, refused - 2, need > c.limit and -1 or retry_in(c, need)}
  for i = 2, #KEYS do
    put_figures(reply, loaded[i])
    if loaded[i].changed then save(loaded[i], ttl) end
  end
  return reply
end
local reply = {1}
for i = 2, #KEYS do
  local c, held = loaded[i], nil
  if ARGV[5 + (i - 2) * 11 + 10] == '1' then count(c, granted[i])
  else
    hold(c, granted[i])
    nearer(c, now + ttl)
    held = pack('>dddd', now + ttl, granted[i], 0, 1)
  end
  reply[#reply + 1] = granted[i]
  put_figures(reply, c)
  save(c, ttl, held)
end
call('SET', KEYS[1], 'L' .. cmsgpack.pack(reply), 'PX', whole(ttl + retention))
return reply
`);

/** Answers 1 and per item room (0, 1) and figures, or 0 when it is settled. */
export const chargeScript = script(`
local record = call('GET', KEYS[1])
if record and string.sub(record, 1, 1) == 'S' then return {0} end
local reply = {1}
for i = 2, #KEYS do
  local at = 4 + (i - 2) * 8
  local c = load(KEYS[i], at)
  local amount, room = tonumber(ARGV[at + 7]), 1
  if c.kind ~= 'c' then
    local ends, held, spent, lives = now + retention, 0, 0, 0
    if c.mine then ends, held, spent, lives = held_of(c.mine) end
    local extra = max(0, amount - held)
    if extra > remaining(c) then room = 0 end
    if lives == 1 then hold(c, extra) else count(c, extra) end
    nearer(c, ends)
    save(c, 0, pack('>dddd', ends, held + extra, max(spent, amount), lives))
  elseif c.changed then save(c, 0) end
  reply[#reply + 1] = room
  put_figures(reply, c)
end
return reply
`);

/** Answers 1, or 2 when late, and figures per item; or 0 when it was settled before. */
export const settleScript = script(`
local record = call('GET', KEYS[1])
if record and string.sub(record, 1, 1) == 'S' then return {0} end
local reply = {1}
for i = 2, #KEYS do
  local at = 4 + (i - 2) * 8
  local c = load(KEYS[i], at)
  local used = tonumber(ARGV[at + 7])
  if c.kind == 'c' then used = 0 end
  local held, lives, _ = 0, 0, nil
  if c.mine then _, held, _, lives = held_of(c.mine) end
  if lives == 1 then release(c, held, used)
  else
    reply[1] = 2
    count(c, used - held)
  end
  if c.mine then save(c, 0, false) else save(c, 0) end
  put_figures(reply, c)
end
call('SET', KEYS[1], 'S' .. (record and string.sub(record, 2) or ''), 'PX', whole(retention))
return reply
`);

/** Answers whether the reservation still lives in all of its counters. */
export const renewScript = script(`
local record = call('GET', KEYS[1])
local ttl = tonumber(ARGV[4])
local lives = 0
if record and string.sub(record, 1, 1) == 'L' then lives = 1 end
for i = 2, #KEYS do
  local c = load(KEYS[i], 5 + (i - 2) * 7)
  local kept
  if c.mine then
    local _, held, spent, living = held_of(c.mine)
    if living == 1 then kept = pack('>dddd', now + ttl, held, spent, 1) end
  end
  if not kept then lives = 0 end
  if kept or c.changed then save(c, ttl, kept) end
end
if lives == 1 then call('PEXPIRE', KEYS[1], whole(ttl + retention)) end
return lives
`);

/** Answers the figures of each. Writes nothing. */
export const peekScript = script(`
local reply = {}
for i = 2, #KEYS do put_figures(reply, load(KEYS[i], 4 + (i - 2) * 7, true)) end
return reply
`);

export const allScripts: readonly Script[] = [reserveScript, chargeScript, settleScript, renewScript, peekScript];
