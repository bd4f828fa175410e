-- Decides a list of requests, first come first served, in one step. Each request is a cost against each
-- of one or more keys, each key under one or more limits: it passes all of them and is written to all of
-- them, or to none. Equal requests come as one group with a count.
--
-- KEYS[i]    the counters of one subject under one policy; all in one slot
-- ARGV[1]    the plan, packed little-endian: double now in microseconds (0: the server's clock), then per
--            group: uint8 act, uint32 count, uint32 number of entries k, and k entries. An entry is
--            uint32 index into KEYS, double cost, and for every act but 0 one double more:
--            0 ask     charge all or none
--            1 lease   the same, the double is the id of the lease that a concurrency limit grants
--            2 queue   the same, but in debt: charged for the moment at which it may start, which the
--                      answer says as a wait of at most so many microseconds as the double says
--            3 adjust  a cost above 0 is charged into debt; one below 0 is given back, the double is the
--                      time at which it was charged, or the id of the lease that ends
--            4 leave   takes a queued charge back if nothing was charged after it; the double is the time
--                      at which it was charged, and per limit follow the doubles deficit after, deficit before
--            5 observe leaves at most the cost free
--            6 reset   forgets what was used
--            7 renew   the double is the id of a lease that goes on, or is put back where it was lost
-- ARGV[i+1]  the policy of KEYS[i]:
--            'b' a token bucket, per limit the doubles capacity, refill per microsecond, unit (in units of
--                1/unit token)
--            's' a sliding log, per limit the doubles number, window in microseconds, 1
--            'c' a calendar quota, the doubles number, 0, 1 and the start of a window, the end of it, which
--                is the start of the next, and the end of that
--            'p' a concurrency limit, the doubles number, lease in microseconds, 1
-- state 'b'  double time of the last refill, then per limit the doubles unit and deficit
-- state 'q'  a bucket with a queue: time of the last refill, time at which the last in line starts, then as 'b'
-- state 's'  doubles: the times of what was admitted, oldest first
-- state 'c'  doubles start and end of the window, used in it
-- state 'p'  per lease the doubles id and end, and uint32 weight
-- reply      now, then per group: how many of count were admitted (-1: a key holds another kind of limit,
--            -2: now is in neither window of a calendar quota), microseconds until one more would be (of a
--            queued one: until it may start), the 1-based limit that says so, and, if it is an answer to the
--            acts 0 to 2, per key: how far its clock is ahead of now, and per limit: of a bucket the deficit
--            before the group, for act 2 raised to what is refilled until the start, and the deficit as it
--            was; of the others the number used before the group, microseconds until it is 0 (of a calendar
--            until its window ends)
--
-- Every number is an integer below 2^53, so doubles hold it exactly; ceil(a / b) and floor(a / b) are
-- exact too, since a fraction is at least 1/b away from an integer, further than rounding reaches.
local plan = ARGV[1]
local now, pos = struct.unpack('<d', plan)
if now == 0 then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local out, o = {now, 0, 0, 0, 0, 0}, 1

-- Most are plain questions, each about another bucket of one limit. They go this short way; the first
-- that is none, and all that follow, go the long way below, which decides those too.
do
  local seen = 0
  local unpack, pack, ceil, floor = struct.unpack, struct.pack, math.ceil, math.floor
  local max, min, call, byte = math.max, math.min, redis.call, string.byte
  while pos <= #plan do
    local act, count, k, i, cost, after = unpack('<BI4I4I4d', plan, pos)
    local policy = ARGV[i + 1]
    if act > 0 or k > 1 or i <= seen or #policy ~= 25 or byte(policy) ~= 98 then
      break
    end
    local full, refill, unit = unpack('<ddd', policy, 2)
    local value, at, before = call('GET', KEYS[i]), now, 0
    if value and #value ~= 25 then
      break
    elseif value then
      local mark, last, was, x = unpack('<Bddd', value)
      if mark ~= 98 or was ~= unit then
        break
      elseif last > now then
        at, before = last, x
      elseif now - last < ceil(x / refill) then
        before = x - (now - last) * refill
      end
    end
    local fit, wait, each = count, 0, cost * unit
    if each > 0 then
      fit = min(count, max(0, floor((full - before) / each)))
      local x = before + fit * each
      if fit < count then
        wait = ceil((x + each - full) / refill) + at - now
      end
      if fit > 0 then
        local life = ceil(x / refill) + at - now
        call('SET', KEYS[i], pack('<Bddd', 98, at, unit, x), 'PX', ceil(life / 1000) + 1000)
      end
    end
    out[o + 1], out[o + 2], out[o + 3] = fit, wait, wait > 0 and 1 or 0
    out[o + 4], out[o + 5] = at - now, before
    o, seen, pos = o + 5, i, after
  end
end
if pos > #plan then
  return out
end

-- The long way. Names are spelled out: a local that functions share is bound anew in every call.

local MOST = 9007199254740992

local specs = {}
local function parse(text)
  local mark, n, p = string.byte(text), (#text - 1) / 24, 2
  local spec = {bucket = mark == 98, log = mark == 115, mark = mark, n = mark == 99 and 1 or n}
  for b = 1, n * 3, 3 do
    spec[b], spec[b + 1], spec[b + 2], p = struct.unpack('<ddd', text, p)
  end
  specs[text] = spec
  return spec
end

-- A policy whose unit changed keeps the tokens that were used, rounded up.
local function convert(x, from, to)
  local whole = math.floor(x / from)
  local rest = x - whole * from
  if rest > 0 then
    rest = math.min(to, math.ceil(rest / from * to) + 2)
  end
  return math.min(MOST, whole * to + rest)
end

local function readBucket(s, spec, value)
  local stored, elapsed, p = 0, 0, 2
  if value then
    local last
    last, p = struct.unpack('<d', value, 2)
    stored = math.floor((#value - 9) / 16)
    if string.byte(value) == 113 then
      s.due, p = struct.unpack('<d', value, p)
    end
    -- a clock that stepped back refills nothing until it is where it was
    s.at, elapsed = math.max(now, last), math.max(0, now - last)
  end
  for b = 1, spec.n do
    local unit, x = spec[b * 3], 0
    if b <= stored then
      unit, x, p = struct.unpack('<dd', value, p)
      if unit ~= spec[b * 3] then
        x = convert(x, unit, spec[b * 3])
      end
      local refill = spec[b * 3 - 1]
      x = elapsed < math.ceil(x / refill) and x - elapsed * refill or 0
    end
    s[b] = x
  end
end

local function readLog(s, value)
  s.log = {}
  if value then
    local n = (#value - 1) / 8
    s.log = {struct.unpack('<' .. string.rep('d', n), value, 2)}
    s.log[n + 1] = nil
    s.at = math.max(now, s.log[n])
  end
end

local function readCalendar(s, spec, value)
  s.from, s.ends, s[1] = spec[4], spec[5], 0
  if now >= s.ends then s.from, s.ends = spec[5], spec[6] end
  if now < s.from or now >= s.ends then
    s.wrong = -2
  end
  if value then
    local from, ends, used = struct.unpack('<ddd', value, 2)
    -- a clock that stepped back stays in the window where it was
    if from > now then
      s.from, s.ends, s[1] = from, ends, used
    elseif ends > now then
      s[1] = used
    end
  end
end

local function readLeases(s, value)
  local leases, e, p = {}, 0, 2
  while value and p <= #value do
    local id, ends, weight
    id, ends, weight, p = struct.unpack('<ddI4', value, p)
    if ends > now then
      leases[e + 1], leases[e + 2], leases[e + 3] = id, ends, weight
      s[1], e = s[1] + weight, e + 3
    end
  end
  s.leases = leases
end

local states = {}
local function load(i)
  local text = ARGV[i + 1]
  local spec, value = specs[text] or parse(text), redis.call('GET', KEYS[i])
  local s = {0, spec = spec, at = now, dirty = false}
  local mark = value and string.byte(value) or spec.mark
  states[i] = s
  if mark ~= spec.mark and not (spec.bucket and mark == 113) then
    s.wrong = -1
  elseif spec.bucket then
    readBucket(s, spec, value)
  elseif spec.log then
    readLog(s, value)
  elseif spec.mark == 99 then
    readCalendar(s, spec, value)
  else
    readLeases(s, value)
  end
  return s
end

-- How many a log has in a window.
local function used(log, window, at)
  local first = #log
  while first > 0 and log[first] + window > at do
    first = first - 1
  end
  return #log - first
end

-- When the last lease of a concurrency limit ends.
local function last(leases)
  local most = now
  for e = 2, #leases, 3 do most = math.max(most, leases[e]) end
  return most
end

-- One entry of the acts from 3 on.
local function adjust(act, s, cost, extra)
  local spec = s.spec
  if spec.bucket then
    for b = 1, spec.n do
      local full, refill, unit, x = spec[b * 3 - 2], spec[b * 3 - 1], spec[b * 3], s[b]
      if act == 3 and cost < 0 then
        -- what has been refilled since would have been refilled, or lost at full, without the charge;
        -- while somebody waits nothing is given back: he was told when to start
        local owed, age = -cost * unit, math.max(0, s.at - extra)
        if age < math.ceil(owed / refill) and not (s.due and s.due > now) then
          x = math.max(0, x - (owed - age * refill))
        end
      elseif act == 3 then
        x = cost > math.floor((MOST - x) / unit) and MOST or x + cost * unit
      elseif act == 4 then
        local after, before
        after, before, pos = struct.unpack('<dd', plan, pos)
        local elapsed = s.at - extra
        if x > 0 and x == after - elapsed * refill then
          x = math.max(0, before - elapsed * refill)
        end
      elseif act == 5 then
        x = math.max(x, full - math.min(cost, math.floor(full / unit)) * unit)
      elseif act == 6 then
        x, s.due = 0, nil
      end
      s.dirty = s.dirty or x ~= s[b] or act == 6
      s[b] = x
    end
  elseif spec.log then
    local log = s.log
    if act == 3 and cost < 0 then
      for e = #log, 1, -1 do
        if cost < 0 and log[e] == extra then
          table.remove(log, e)
          cost, s.dirty = cost + 1, true
        end
      end
    elseif act == 6 then
      s.log, s.dirty = {}, true
    else
      local most = 0
      for b = 1, spec.n do
        local free = spec[b * 3 - 2] - used(log, spec[b * 3 - 1], s.at)
        most = math.max(most, act == 3 and math.min(free, cost) or free - cost)
      end
      for _ = 1, most do log[#log + 1], s.dirty = s.at, true end
    end
  elseif spec.mark == 99 then
    local x = s[1]
    if act == 3 and (cost > 0 or extra >= s.from) then
      x = math.min(MOST, math.max(0, x + cost))
    elseif act == 5 then
      x = math.max(x, spec[1] - cost)
    elseif act == 6 then
      x = 0
    end
    s[1], s.dirty = x, true
  elseif act == 7 then
    local leases = s.leases
    if not s.places then
      s.places = {}
      for e = 1, #leases, 3 do s.places[leases[e]] = e end
    end
    local e = s.places[extra] or #leases + 1
    s[1], s.dirty, s.places[extra] = s[1] + cost - (leases[e + 2] or 0), true, e
    leases[e], leases[e + 1], leases[e + 2] = extra, now + spec[2], cost
  elseif act == 3 then
    local leases = s.leases
    for e = #leases - 2, 1, -3 do
      if leases[e] == extra then
        s[1], s.dirty, s.places = s[1] - leases[e + 2], true, nil
        -- the last lease takes its place
        for i = e + 2, e, -1 do
          leases[i] = leases[#leases]
          leases[#leases] = nil
        end
        break
      end
    end
  end
end

-- The entries of the group that is decided.
local group, costs, ids = {}, {}, {}

-- How long until one more of the requests would fit, and which limit says so.
local function waitFor(k)
  local wait, which, limit = 0, 0, 0
  for g = 1, k do
    local s, cost = group[g], costs[g]
    local spec, log = s.spec, s.log
    for b = 1, spec.n do
      local taken = log and used(log, spec[b * 3 - 1], s.at) or s[b]
      local over, w = taken + cost * spec[b * 3] - spec[b * 3 - 2], nil
      if spec.bucket then
        w = math.ceil(over / spec[b * 3 - 1]) + s.at - now
      elseif log then
        w = (log[#log - taken + over] or s.at) + spec[b * 3 - 1] - now
      else
        -- nobody knows when a lease ends: in a second
        w = s.ends and s.ends - now or 1000000
      end
      limit = limit + 1
      if over > 0 and cost > 0 and w > wait then
        wait, which = w, limit
      end
    end
  end
  return wait, which
end

-- Lets a request in at the moment at which all its limits have room, if that is soon enough.
local function queue(k, most)
  local fits, wait, which = true, waitFor(k)
  -- whatever would be refilled above full until the start is lost, as without the request
  local function raised(s, b)
    return math.max(s[b], s.spec[b * 3 - 1] * (wait + now - s.at))
  end
  for g = 1, k do
    local s, cost = group[g], costs[g]
    for b = 1, s.spec.n do
      fits = fits and (cost == 0 or raised(s, b) + cost * s.spec[b * 3] <= MOST)
    end
  end
  fits = fits and wait <= most
  for g = 1, k do
    local s, cost = group[g], fits and costs[g] or 0
    o = o + 1
    out[o] = s.at - now
    for b = 1, s.spec.n do
      local x = cost > 0 and raised(s, b) or s[b]
      out[o + 1], out[o + 2] = x, s[b]
      o = o + 2
      s[b] = x + cost * s.spec[b * 3]
    end
    if cost > 0 then
      s.dirty = true
      s.due = wait > 0 and math.max(s.due or 0, now + wait) or s.due
    end
  end
  return fits and 1 or 0, wait, fits and 0 or which
end

-- Lets in as many of equal requests as all limits have room for.
local function ask(k, count)
  local fit = count
  for g = 1, k do
    local s, cost = group[g], costs[g]
    local spec, log = s.spec, s.log
    o = o + 1
    out[o] = s.at - now
    for b = 1, spec.n do
      local taken, each = s[b], cost * spec[b * 3]
      if log then
        taken = used(log, spec[b * 3 - 1], s.at)
      end
      if each > 0 then
        fit = math.min(fit, math.max(0, math.floor((spec[b * 3 - 2] - taken) / each)))
      end
      o = o + 1
      out[o] = taken
      if log then
        o = o + 1
        out[o] = taken > 0 and log[#log] + spec[b * 3 - 1] - now or 0
      elseif not spec.bucket then
        o = o + 1
        out[o] = (s.ends or last(s.leases)) - now
      end
    end
  end
  for g = 1, k do
    local s, charge = group[g], fit * costs[g]
    s.dirty = s.dirty or charge > 0
    if s.log then
      for _ = 1, charge do s.log[#s.log + 1] = s.at end
    else
      for b = 1, s.spec.n do s[b] = s[b] + charge * s.spec[b * 3] end
    end
    if s.leases and charge > 0 then
      local leases, e = s.leases, #s.leases
      leases[e + 1], leases[e + 2], leases[e + 3] = ids[g], now + s.spec[2], costs[g]
      s.places = nil
    end
  end
  return fit
end

while pos <= #plan do
  local act, count, k, wrong
  act, count, k, pos = struct.unpack('<BI4I4', plan, pos)
  local head = o
  o = o + 3
  for g = 1, k do
    local i
    i, costs[g], pos = struct.unpack('<I4d', plan, pos)
    if act > 0 then
      ids[g], pos = struct.unpack('<d', plan, pos)
    end
    local s = states[i] or load(i)
    group[g], wrong = s, s.wrong or wrong
    if act > 2 and not s.wrong then
      adjust(act, s, costs[g], ids[g])
    elseif act == 4 then
      pos = pos + 16 * s.spec.n
    end
  end
  local fit, wait, which = wrong or 0, 0, 0
  if act == 2 and not wrong then
    fit, wait, which = queue(k, ids[1])
  elseif act < 2 and not wrong then
    fit = ask(k, count)
    if fit < count then
      wait, which = waitFor(k)
    end
  end
  out[head + 1], out[head + 2], out[head + 3] = fit, wait, which
end

-- What is to be kept of a state and for how many microseconds; nothing of one that is as if new.
local function kept(s)
  local spec, at, state, life = s.spec, s.at, nil, 0
  if spec.bucket then
    local due = s.due and s.due > now
    state = due and struct.pack('<Bdd', 113, at, s.due) or struct.pack('<Bd', 98, at)
    for b = 1, spec.n do
      state = state .. struct.pack('<dd', spec[b * 3], s[b])
      life = math.max(life, math.ceil(s[b] / spec[b * 3 - 1]) + at - now)
    end
  elseif spec.log then
    local log, window = s.log, 0
    for b = 1, spec.n do
      window = math.max(window, spec[b * 3 - 1])
    end
    -- not only as many as this policy admits: a node with a larger number looks at them too
    local keep = math.min(64, used(log, window, at))
    if keep > 0 then
      state = struct.pack('<B' .. string.rep('d', keep), 115, unpack(log, #log - keep + 1, #log))
      life = log[#log] + window - now
    end
  elseif s[1] > 0 and s.leases then
    local parts = {'p'}
    for e = 1, #s.leases, 3 do
      parts[#parts + 1] = struct.pack('<ddI4', unpack(s.leases, e, e + 2))
    end
    state, life = table.concat(parts), last(s.leases) - now
  elseif s[1] > 0 then
    state, life = struct.pack('<Bddd', 99, s.from, s.ends, s[1]), s.ends - now
  end
  return state, life
end

for i, s in pairs(states) do
  if s.dirty then
    local state, life = kept(s)
    if state then
      redis.call('SET', KEYS[i], state, 'PX', math.ceil(life / 1000) + 1000)
    else
      redis.call('DEL', KEYS[i])
    end
  end
end
return out
