import { concurrencyRetryMs } from '../memory/counter-state.ts';

/**
 * The arithmetic of memory/counter-state.ts in Lua, for scripts of Redis 6.2 and newer: put before every script.
 *
 * A counter is one hash: `a` six packed numbers (used, reserved, since, next end of a reservation or 0, when the key
 * expires, scale of a bucket), `d` what it is, `w` the slices of a rolling counter, and per reservation `@<id>` four
 * packed numbers (ends at, amount, spent, 1 while it lives). Packed doubles are exact up to 2^53, and cost a third of
 * writing and reading text.
 */
export const luaCounter = `
local huge = 9007199254740991
local function whole(x) return string.format('%.0f', x) end
local call, pack, unpack_struct, max, min, floor, ceil =
  redis.call, struct.pack, struct.unpack, math.max, math.min, math.floor, math.ceil
local now = tonumber(ARGV[1])
if not now then
  local time = call('TIME')
  now = time[1] * 1000 + floor(time[2] / 1000)
end
local id = ARGV[2]
local retention = tonumber(ARGV[3])
local mine = '@' .. id

local function clamp(x) return min(huge, max(0, x)) end

local function count(c, amount)
  local kind = c.kind
  if kind == 'c' then return end
  if kind == 'b' then c.u = clamp(c.u + amount * c.p2)
  elseif kind ~= 'r' then c.u = clamp(c.u + amount)
  else
    local newest = c.slices[#c.slices]
    if newest and newest[1] == c.s then
      local before = newest[2]
      newest[2] = clamp(before + amount)
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

local function held_of(text) return unpack_struct('>dddd', text) end

local function begin_period(c, start)
  if start > c.s then c.s = start c.u = 0 end
end

local function pass_time(c, scale)
  local kind = c.kind
  if kind == 'b' then
    if scale > 0 and scale ~= c.p2 then c.u = ceil(c.u * c.p2 / scale) end
    local moment = max(now, c.s)
    c.u = max(0, c.u - (moment - c.s) * c.p1)
    c.s = moment
  elseif kind == 'f' then begin_period(c, now - now % c.p1)
  elseif kind == 'k' then
    if now >= c.p3 then begin_period(c, c.p3)
    elseif now >= c.p2 then begin_period(c, c.p2)
    else begin_period(c, c.p1) end
  elseif kind == 'r' then
    local moment = max(now, c.s)
    c.s = moment - moment % c.p1
    local known = c.u > 0 and call('HGET', c.key, 'w')
    c.slices = {}
    c.u = 0
    for start, amount in string.gmatch(known or '', '(%d+)=(%d+)') do
      local from, much = tonumber(start), tonumber(amount)
      if from + c.p1 > moment - c.p2 then
        c.slices[#c.slices + 1] = {from, much}
        c.u = c.u + much
      end
    end
  end
end

local function end_reservations(c, read_only)
  local fields = call('HGETALL', c.key)
  local nearest = 0
  for f = 1, #fields, 2 do
    local name = fields[f]
    if string.sub(name, 1, 1) == '@' then
      local ends, amount, spent, lives = held_of(fields[f + 1])
      local stays = true
      if ends <= now then
        stays = lives == 1 and spent > 0
        if lives == 1 then release(c, amount, spent) end
        local text = false
        if stays then
          ends = now + retention
          text = pack('>dddd', ends, spent, spent, 0)
          if not read_only then call('HSET', c.key, name, text) end
        elseif not read_only then
          call('HDEL', c.key, name)
        end
        if name == mine then c.mine = text end
      end
      if stays and (nearest == 0 or ends < nearest) then nearest = ends end
    end
  end
  c.n = nearest
  c.changed = true
end

-- at: the first of the seven arguments of a counter.
local function load(key, at, read_only)
  local h = call('HMGET', key, 'a', 'd', mine)
  local u, r, s, n, x, scale = 0, 0, 0, 0, 0, 0
  if h[1] then u, r, s, n, x, scale = unpack_struct('>dddddd', h[1]) end
  local d = ARGV[at]
  local c = {key = key, d = d, known = h[2], kind = ARGV[at + 1], limit = tonumber(ARGV[at + 2]),
    p1 = tonumber(ARGV[at + 3]), p2 = tonumber(ARGV[at + 4]), p3 = tonumber(ARGV[at + 5]), p4 = tonumber(ARGV[at + 6]),
    u = u, r = r, s = s, n = n, x = x, mine = h[3], slices = false, changed = false}
  if h[2] and h[2] ~= d and string.sub(h[2], 1, 2) ~= string.sub(d, 1, 2) then
    -- Usage of another kind of counter means nothing here; living reservations do.
    c.u = c.kind == 'b' and r * c.p2 or 0
    c.s = 0
    scale = 0
  end
  pass_time(c, scale)
  if n > 0 and now >= n then end_reservations(c, read_only) end
  return c
end

local function nearer(c, ends)
  if c.n == 0 or ends < c.n then c.n = ends end
end

-- held: what the reservation of this script holds from now on; false takes it away, nil leaves it.
local function save(c, ttl, held)
  local kind, life = c.kind, ttl + retention
  if kind == 'b' then life = max(life, c.p1 > 0 and ceil(c.u / c.p1) or 0)
  elseif kind == 'f' then life = max(life, c.p1 * 2)
  elseif kind == 'k' then life = max(life, c.p4 - now)
  elseif kind == 'r' then
    life = max(life, c.p1 * 2 + c.p2)
    local parts = {}
    for i, slice in ipairs(c.slices) do parts[i] = whole(slice[1]) .. '=' .. whole(slice[2]) end
    call('HSET', c.key, 'w', table.concat(parts, ';'))
  end
  local renewed = c.x < now + life
  if renewed then c.x = now + life * 2 end
  local state = pack('>dddddd', c.u, c.r, c.s, c.n, c.x, kind == 'b' and c.p2 or 0)
  if held then call('HSET', c.key, 'a', state, mine, held) else call('HSET', c.key, 'a', state) end
  if held == false then call('HDEL', c.key, mine) end
  if c.known ~= c.d then call('HSET', c.key, 'd', c.d) end
  if renewed then call('PEXPIRE', c.key, whole(life * 2)) end
end

local function remaining(c)
  if c.kind == 'b' then return max(0, floor((c.limit * c.p2 - c.u) / c.p2)) end
  return max(0, c.limit - c.u - c.r)
end

local function drain_time(c, level)
  if c.p1 == 0 then return 0 end
  return max(0, ceil(level / c.p1))
end

local function period_end(c)
  if c.kind == 'f' then return c.s + c.p1 end
  if c.p1 > c.s then return c.p1 elseif c.p2 > c.s then return c.p2 elseif c.p3 > c.s then return c.p3 end
  return c.p4
end

local function put_figures(reply, c)
  local used, reset = c.u + c.r, 0
  if c.kind == 'b' then
    used = ceil(c.u / c.p2)
    reset = drain_time(c, c.u)
  elseif c.kind == 'r' then
    local newest = c.slices[#c.slices]
    if newest then reset = newest[1] + c.p1 + c.p2 - now end
  elseif c.kind ~= 'c' and used > 0 then reset = period_end(c) - now end
  local n = #reply
  reply[n + 1] = remaining(c)
  reply[n + 2] = used
  reply[n + 3] = c.r
  reply[n + 4] = reset
end

local function retry_in(c, amount)
  if c.kind == 'b' then return drain_time(c, c.u + (amount - c.limit) * c.p2) end
  if c.kind == 'c' then return ${concurrencyRetryMs} end
  if c.kind ~= 'r' then return period_end(c) - now end
  local missing = c.u + c.r + amount - c.limit
  for _, slice in ipairs(c.slices) do
    missing = missing - slice[2]
    if missing <= 0 then return slice[1] + c.p1 + c.p2 - now end
  end
  return c.p2
end
`;
