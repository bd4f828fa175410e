-- Decides a list of requests, first come first served, in one step. Each request is a cost against one
-- or more keys, each key under one or more limits: it passes all of them and is written to all of them,
-- or to none. Equal requests come as one group with a count.
--
-- KEYS[i]    the counters of one subject under one policy; all in one slot
-- ARGV[1]    the plan, packed little-endian: double now in microseconds (0: the server's clock), then per
--            group: double cost, uint32 count, uint32 number of keys k, k * uint32 index into KEYS.
--            A negative cost gives an earlier charge of -cost back: after its indices stand
--            k * double time at which it was charged.
-- ARGV[i+1]  the policy of KEYS[i]: 'b' and per limit the doubles capacity, refill per microsecond, unit
--            (a token bucket, in units of 1/unit token), or 's' and per limit the doubles number,
--            window in microseconds, 0 (a sliding log)
-- state 'b'  double time of the last refill, then per limit the doubles unit and deficit
-- state 's'  doubles: the times of what was admitted, oldest first
-- reply      now, then per group: how many of count were admitted (-1: a key holds another kind of
--            limit), microseconds until one more would be, the 1-based limit that says so, and per key:
--            how far its clock is ahead of now, and per limit of a bucket: the deficit before the
--            group, of a log: the number in the window before the group, microseconds until it is empty
--
-- Every number is an integer below 2^53, so doubles hold it exactly; ceil(a / b) and floor(a / b) are
-- exact too, since a fraction is at least 1/b away from an integer, further than rounding reaches.
local spread = unpack
local unpack, pack, ceil, floor = struct.unpack, struct.pack, math.ceil, math.floor
local call = redis.call
local plan = ARGV[1]
local now, pos = unpack('<d', plan)
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end

local specs = {}
local function parse(text)
  local spec = {bucket = string.byte(text) == 98, n = (#text - 1) / 24}
  local p = 2
  for i = 1, spec.n * 3, 3 do
    spec[i], spec[i + 1], spec[i + 2], p = unpack('<ddd', text, p)
  end
  specs[text] = spec
  return spec
end

-- A policy whose unit changed keeps the tokens that were used, rounded up.
local function convert(x, from, to)
  local whole = floor(x / from)
  local rest = x - whole * from
  if rest > 0 then
    rest = math.min(to, ceil(rest / from * to) + 2)
  end
  return whole * to + rest
end

local states = {}
local function load(i)
  local spec = specs[ARGV[i + 1]] or parse(ARGV[i + 1])
  local value = call('GET', KEYS[i])
  local s = {spec = spec, at = now}
  states[i] = s
  if value and (string.byte(value) == 98) ~= spec.bucket then
    s.foreign = true
  elseif spec.bucket then
    local stored, elapsed, p = 0, 0, 0
    if value then
      local last
      last, p = unpack('<d', value, 2)
      stored = (#value - 9) / 16
      elapsed = now - last
      -- a clock that stepped back refills nothing until it is where it was
      if elapsed < 0 then
        elapsed = 0
        s.at = last
      end
    end
    for b = 1, spec.n do
      local x = 0
      if b <= stored then
        local unit
        unit, x, p = unpack('<dd', value, p)
        local refill = spec[b * 3 - 1]
        if unit ~= spec[b * 3] then
          x = math.min(spec[b * 3 - 2], convert(x, unit, spec[b * 3]))
        end
        if elapsed >= ceil(x / refill) then
          x = 0
        else
          x = x - elapsed * refill
        end
      end
      s[b] = x
    end
  elseif value then
    local n = (#value - 1) / 8
    local log = {unpack('<' .. string.rep('d', n), value, 2)}
    log[n + 1] = nil
    s.log = log
    s.at = math.max(now, log[n])
  else
    s.log = {}
  end
  return s
end

local function used(log, window, at)
  local first = #log
  while first > 0 and log[first] + window > at do
    first = first - 1
  end
  return #log - first
end

local out, o = {now}, 1
local group = {}
while pos <= #plan do
  local cost, count, k
  cost, count, k, pos = unpack('<dI4I4', plan, pos)
  local fit = count
  for g = 1, k do
    local i
    i, pos = unpack('<I4', plan, pos)
    local s = states[i] or load(i)
    group[g] = s
    if s.foreign then
      fit = -1
    end
  end
  local head = o
  o = o + 3
  if cost < 0 then
    for g = 1, k do
      local s = group[g]
      local spec = s.spec
      local charged
      charged, pos = unpack('<d', plan, pos)
      if spec.bucket and not s.foreign then
        -- what has been refilled since would have been refilled, or lost at full, without the charge
        local age = math.max(0, s.at - charged)
        for b = 1, spec.n do
          local owed, refill = -cost * spec[b * 3], spec[b * 3 - 1]
          if age < ceil(owed / refill) and s[b] > 0 then
            s[b] = math.max(0, s[b] - (owed - age * refill))
            s.dirty = true
          end
        end
      elseif not s.foreign then
        local log, left = s.log, -cost
        for e = #log, 1, -1 do
          if left > 0 and log[e] == charged then
            table.remove(log, e)
            left = left - 1
            s.dirty = true
          end
        end
      end
    end
    out[head + 1], out[head + 2], out[head + 3] = 0, 0, 0
  else
    if fit >= 0 then
      for g = 1, k do
        local s = group[g]
        local spec = s.spec
        out[o + 1] = s.at - now
        o = o + 1
        for b = 1, spec.n do
          local free, each
          if spec.bucket then
            free, each = spec[b * 3 - 2] - s[b], cost * spec[b * 3]
            out[o + 1] = s[b]
            o = o + 1
          else
            local log, window = s.log, spec[b * 3 - 1]
            local taken = used(log, window, s.at)
            free, each = spec[b * 3 - 2] - taken, cost
            out[o + 1] = taken
            out[o + 2] = taken > 0 and log[#log] + window - now or 0
            o = o + 2
          end
          if each > 0 then
            fit = math.min(fit, math.max(0, floor(free / each)))
          end
        end
      end
    end
    local wait, which, limit = 0, 0, 0
    for g = 1, fit >= 0 and k or 0 do
      local s = group[g]
      local spec, log, at = s.spec, s.log, s.at
      local charge = fit * cost
      if fit > 0 and cost > 0 then
        s.dirty = true
      end
      for b = 1, spec.n do
        limit = limit + 1
        local w = 0
        if spec.bucket then
          local x = s[b] + charge * spec[b * 3]
          s[b] = x
          local over = x + cost * spec[b * 3] - spec[b * 3 - 2]
          if over > 0 then
            w = ceil(over / spec[b * 3 - 1]) + at - now
          end
        elseif fit < count then
          local window = spec[b * 3 - 1]
          local taken = used(log, window, at)
          local over = taken + charge + cost - spec[b * 3 - 2]
          if over > 0 then
            w = (log[#log - taken + over] or at) + window - now
          end
        end
        if w > wait then
          wait, which = w, limit
        end
      end
      if log then
        for _ = 1, charge do
          log[#log + 1] = at
        end
      end
    end
    if fit == count then
      wait, which = 0, 0
    end
    out[head + 1], out[head + 2], out[head + 3] = fit, wait, which
  end
end

for i, s in pairs(states) do
  if s.dirty then
    local spec, at = s.spec, s.at
    local state, life = nil, 0
    if spec.bucket then
      if spec.n == 1 then
        state = pack('<Bddd', 98, at, spec[3], s[1])
        life = ceil(s[1] / spec[2])
      else
        state = pack('<Bd', 98, at)
        for b = 1, spec.n do
          state = state .. pack('<dd', spec[b * 3], s[b])
          life = math.max(life, ceil(s[b] / spec[b * 3 - 1]))
        end
      end
      life = life + at - now
    else
      local log, window, most = s.log, 0, 0
      for b = 1, spec.n do
        most = math.max(most, spec[b * 3 - 2])
        window = math.max(window, spec[b * 3 - 1])
      end
      local keep = math.min(most, used(log, window, at))
      if keep > 0 then
        local from = #log - keep + 1
        state = pack('<B' .. string.rep('d', keep), 115, spread(log, from, #log))
        life = log[#log] + window - now
      end
    end
    if state then
      call('SET', KEYS[i], state, 'PX', ceil(life / 1000) + 1000)
    else
      call('DEL', KEYS[i])
    end
  end
end
return out
