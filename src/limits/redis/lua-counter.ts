import { concurrencyRetryMs } from '../memory/counter-state.ts';

/**
 * The arithmetic of memory/counter-state.ts in Lua, for scripts of Redis 6.2 and newer: put before every script.
 *
 * A counter is one hash. `a` is its state: six packed numbers (used, reserved, since, next end of a reservation or 0, when
 * the key expires, scale of a bucket), the letter of its kind, and what it is (`formatSpec`, ended by a zero). Four more
 * numbers may stand before that: what has been told to who watches (memory/told.ts: limit and spent, twice). Buckets are
 * never told of, and the scale of others is 1 where they do. `w` are the slices of a rolling counter, and per reservation
 * `@<id>` are four packed numbers (ends at, amount, spent, 1 while it lives). Packed doubles are exact up to 2^53, and
 * cost a third of writing and reading text; so does an answer of them, which is one text.
 *
 * Counters are read before anything is written, because a script that fails half way keeps what it has written by then.
 * Where somebody has put something else, `unreadable` has the indexes (from 0) of such counters.
 *
 * It is Lua that is dear here, not Redis: a table has no more than 16 members, beyond which it takes twice the memory,
 * and a global is looked up at each use.
 */
export const luaCounter = `
local call, pack, unpack_struct, max, min, floor, ceil, sub, keys =
  redis.call, struct.pack, struct.unpack, math.max, math.min, math.floor, math.ceil, string.sub, KEYS
local huge = 9007199254740991
local now = tonumber(ARGV[1])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local mine, packed = '@' .. ARGV[2], ARGV[3]
local retention, ttl, at = unpack_struct('<dd', packed)
local unreadable, failure = '', false

local function count(c, amount)
  local kind = c.kind
  if kind == 'c' then return end
  if kind == 'b' then c.u = min(huge, max(0, c.u + amount * c.p2))
  elseif kind ~= 'r' then c.u = min(huge, max(0, c.u + amount))
  else
    local newest = c.slices[#c.slices]
    if newest and newest[1] == c.s then
      local before = newest[2]
      newest[2] = min(huge, max(0, before + amount))
      c.u = c.u + newest[2] - before
    elseif amount > 0 then
      c.slices[#c.slices + 1] = {c.s, amount}
      c.u = c.u + amount
    end
  end
end

local function hold(c, amount)
  c.r = c.r + amount
  if c.kind == 'b' then count(c, amount) end
end

local function release(c, amount, used)
  c.r = c.r - amount
  if c.kind == 'b' then count(c, used - amount) else count(c, used) end
end

-- What was told, brought up to the present period and limit, before anything is counted; a: the state that has it. left: so much is over that u
-- is what is left. w: the answer is for who watches.
local function told_of(limit, u, left, a, w)
  local l, spent, other, other_spent = limit, 0, limit, 0
  if a then l, spent, other, other_spent = unpack_struct('<dddd', a, 50) end
  if left then spent, other_spent = min(spent, u), min(other_spent, u) end
  if w and l ~= limit then
    local here = other_spent
    if other ~= limit then here = min(spent, ceil(spent * limit / max(1, l))) end
    l, spent, other, other_spent = limit, here, l, spent
  end
  return {spent, l, other, other_spent, w, a}
end

-- The next counter of the arguments, the i-th. p1 and p2: what drains in a millisecond and the scale of a bucket; the
-- length of a window; those of a slice and of all; the last boundary of a calendar. e: when the period ends.
local function load(i)
  local kind, limit, p1, p2, p3, p4, amount, least, flags, d
  kind, limit, p1, p2, p3, p4, amount, least, flags, d, at = unpack_struct('<c1dddddddBs', packed, at)
  local h = redis.pcall('HMGET', keys[i + 1], 'a', mine)
  local a, held, u, r, s, n, x, scale, known = h[1], h[2], 0, 0, 0, 0, 0, 0
  if a and #a >= 50 then u, r, s, n, x, scale, known = unpack_struct('<ddddddc1', a) end
  if h.err or a and known ~= kind and not (known and string.find('bfkrc', known, 1, true))
    or held and #held ~= 32 then
    unreadable = unreadable .. pack('<d', i - 1)
    if h.err and not string.find(h.err, 'WRONGTYPE', 1, true) then failure = h end
    return nil
  end
  if known and known ~= kind then
    -- Usage of another kind of counter means nothing here; living reservations do.
    u, s, scale = 0, 0, 0
    if kind == 'b' then u, s = r * p2, now end
  end
  local e, slices, left = 0, nil, false
  if kind == 'b' then
    if scale > 0 and scale ~= p2 then u = ceil(u * p2 / scale) end
    local moment = max(now, s)
    u = max(0, u - (moment - s) * p1)
    s = moment
  elseif kind == 'k' then
    local start = p1
    if now >= p3 then start = p3 elseif now >= p2 then start = p2 end
    if start > s then s, u, left = start, 0, true end
    if p1 > s then e = p1 elseif p2 > s then e = p2 elseif p3 > s then e = p3 else e = p4 end
    -- Who asks has a clock that is far behind.
    e = max(e, now)
    p1 = p4
  elseif kind == 'f' then
    local start = now - now % p1
    if start > s then s, u, left = start, 0, true end
    e = s + p1
  elseif kind == 'r' then
    local moment = max(now, s)
    s = moment - moment % p1
    local text = u > 0 and call('HGET', keys[i + 1], 'w')
    slices, u = {}, 0
    for start, much in string.gmatch(text or '', '(%d+)=(%d+)') do
      local from, value = tonumber(start), tonumber(much)
      if from + p1 > moment - p2 then
        slices[#slices + 1] = {from, value}
        u = u + value
      else left = true end
    end
  end
  local c = {kind = kind, limit = limit, d = d, p1 = p1, p2 = p2, e = e, u = u, r = r, s = s, n = n, x = x,
    mine = held, amount = amount, least = least, flags = flags}
  if slices then c.slices = slices end
  if kind ~= 'b' and kind ~= 'c' and (scale == 1 or flags >= 8) then
    c.told = told_of(limit, u, left, scale == 1 and a, flags >= 8)
  end
  return c
end

-- Reservations that have ended are taken away.
local function reap(key, c, read_only)
  local fields = call('HGETALL', key)
  local nearest = 0
  for f = 1, #fields, 2 do
    local name = fields[f]
    if sub(name, 1, 1) == '@' and #fields[f + 1] == 32 then
      local ends, held, spent, lives = unpack_struct('<dddd', fields[f + 1])
      local stays = true
      if ends <= now then
        stays = lives == 1 and spent > 0
        if lives == 1 then release(c, held, spent) end
        local text = false
        if stays then
          ends = now + retention
          text = pack('<dddd', ends, spent, spent, 0)
          if not read_only then call('HSET', key, name, text) end
        elseif not read_only then
          call('HDEL', key, name)
        end
        if name == mine then c.mine = text end
      end
      if stays and (nearest == 0 or ends < nearest) then nearest = ends end
    end
  end
  c.n = nearest
  c.changed = true
end

-- life: of the reservation. held: what this script's reservation holds from now on; false takes it away, nil leaves it.
local function save(key, c, life, held)
  local kind, state = c.kind, nil
  life = life + retention
  if kind == 'b' then
    if c.p1 > 0 then life = max(life, ceil(c.u / c.p1)) end
  elseif kind == 'f' then life = max(life, c.p1 * 2)
  elseif kind == 'k' then life = max(life, c.p1 - now)
  elseif kind == 'r' then
    life = max(life, c.p1 * 2 + c.p2)
    local parts = {}
    for i, slice in ipairs(c.slices) do parts[i] = string.format('%.0f=%.0f', slice[1], slice[2]) end
    call('HSET', key, 'w', table.concat(parts, ';'))
  end
  local renewed = c.x < now + life
  if renewed then c.x = now + life * 2 end
  local told = c.told
  -- Of nothing spent there is nothing to tell.
  if told and (told[6] or c.u > 0) then
    local spent, l, other, other_spent, w = unpack(told)
    if w then spent = max(spent, c.u) end
    state = pack('<ddddddc1dddds', c.u, c.r, c.s, c.n, c.x, 1, kind, l, spent, other, other_spent, c.d)
  else
    state = pack('<ddddddc1s', c.u, c.r, c.s, c.n, c.x, kind == 'b' and c.p2 or 0, kind, c.d)
  end
  if held then call('HSET', key, 'a', state, mine, held) else call('HSET', key, 'a', state) end
  if held == false then call('HDEL', key, mine) end
  if renewed then call('PEXPIRE', key, life * 2) end
end

local function remaining(c)
  if c.kind == 'b' then return max(0, floor((c.limit * c.p2 - c.u) / c.p2)) end
  return max(0, c.limit - c.u - c.r)
end

-- What each item is answered: first what the script decided, then the figures.
local function answer(decided, c)
  local kind, used, reset = c.kind, c.u + c.r, 0
  if kind == 'b' then
    used = ceil(c.u / c.p2)
    if c.p1 > 0 then reset = ceil(c.u / c.p1) end
  elseif kind == 'r' then
    local newest = c.slices[#c.slices]
    local start = c.r > 0 and c.s or newest and newest[1]
    if start then reset = start + c.p1 + c.p2 - now end
  elseif used > 0 and kind ~= 'c' then reset = c.e - now end
  return pack('<dddddd', decided, remaining(c), used, c.r, reset, c.told and c.told[5] and c.told[1] or -1)
end

local counters, size = {}, #keys - 1
for i = 1, size do counters[i] = load(i) or false end
if failure then return failure end
`;

/** Only for `reserve`: when there will be room for so much. */
export const luaRetry = `
local function retry_in(c, amount)
  if c.kind == 'b' then
    return c.p1 == 0 and 0 or max(0, ceil((c.u + (amount - c.limit) * c.p2) / c.p1))
  end
  if c.kind == 'c' then return ${concurrencyRetryMs} end
  if c.kind ~= 'r' then return c.e - now end
  local missing = c.u + c.r + amount - c.limit
  for _, slice in ipairs(c.slices) do
    missing = missing - slice[2]
    if missing <= 0 then return slice[1] + c.p1 + c.p2 - now end
  end
  return c.p2
end
`;
