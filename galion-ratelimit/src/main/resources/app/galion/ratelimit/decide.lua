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
--            's' a sliding log, per limit the doubles number, window in microseconds, 0
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
local spread = unpack
local unpack, pack, ceil, floor = struct.unpack, struct.pack, math.ceil, math.floor
local call, byte = redis.call, string.byte
local plan = ARGV[1]
local now, pos = unpack('<d', plan)
if now == 0 then
  local time = call('TIME')
  now = time[1] * 1000000 + time[2]
end
-- how long a caller should wait for somebody to end a lease, which nobody knows
local GUESS = 1000000
local MOST = 9007199254740992

local specs = {}
local function parse(text)
  local mark, n, p = byte(text), (#text - 1) / 24, 26
  local full, refill, unit = unpack('<ddd', text, 2)
  local spec = {full, refill, unit, bucket = mark == 98, n = mark == 99 and 1 or n}
  for i = 4, n * 3, 3 do
    spec[i], spec[i + 1], spec[i + 2], p = unpack('<ddd', text, p)
  end
  if mark ~= 98 then
    spec.mark, spec.log = mark, mark == 115
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
  local s = {0, spec = spec, at = now, dirty = false}
  states[i] = s
  if spec.bucket then
    local stored, elapsed, p = 0, 0, 0
    if value then
      local last
      last, p = unpack('<d', value, 2)
      stored = (#value - 9) / 16
      local mark = byte(value)
      if mark == 113 then
        s.due, p = unpack('<d', value, p)
        stored = stored - 0.5
      elseif mark ~= 98 then
        s.wrong = -1
        return s
      end
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
          x = math.min(MOST, convert(x, unit, spec[b * 3]))
        end
        if elapsed >= ceil(x / refill) then
          x = 0
        else
          x = x - elapsed * refill
        end
      end
      s[b] = x
    end
  elseif value and byte(value) ~= spec.mark then
    s.wrong = -1
  elseif spec.log then
    s.log = {}
    if value then
      local n = (#value - 1) / 8
      local log = {unpack('<' .. string.rep('d', n), value, 2)}
      log[n + 1] = nil
      s.log = log
      s.at = math.max(now, log[n])
    end
  elseif spec.mark == 99 then
    s.from, s.ends, s[1] = spec[4], spec[5], 0
    if now >= s.ends then
      s.from, s.ends = spec[5], spec[6]
    end
    if now < s.from or now >= s.ends then
      s.wrong = -2
    end
    if value then
      local from, ends, used = unpack('<ddd', value, 2)
      -- a clock that stepped back stays in the window where it was
      if from > now then
        s.from, s.ends, s[1] = from, ends, used
      elseif ends > now then
        s[1] = used
      end
    end
  else
    local leases, sum, e, p = {}, 0, 0, 2
    while value and p <= #value do
      local id, ends, weight
      id, ends, weight, p = unpack('<ddI4', value, p)
      if ends > now then
        leases[e + 1], leases[e + 2], leases[e + 3] = id, ends, weight
        sum, e = sum + weight, e + 3
      end
    end
    s.leases, s[1] = leases, sum
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

-- What a plain question about buckets and logs does not need, made when something does.
local last, adjust, queue
local function others()
  -- When the last lease of a concurrency limit ends.
  function last(leases)
    local most = now
    for e = 2, #leases, 3 do
      most = math.max(most, leases[e])
    end
    return most
  end

  -- One entry of the acts from 3 on.
  function adjust(act, s, cost, extra)
    local spec = s.spec
    if spec.bucket then
      for b = 1, spec.n do
        local full, refill, unit, x = spec[b * 3 - 2], spec[b * 3 - 1], spec[b * 3], s[b]
        if act == 3 and cost < 0 then
          -- what has been refilled since would have been refilled, or lost at full, without the charge;
          -- while somebody waits nothing is given back: he was told when to start
          local owed, age = -cost * unit, math.max(0, s.at - extra)
          if age < ceil(owed / refill) and not (s.due and s.due > now) then
            x = math.max(0, x - (owed - age * refill))
          end
        elseif act == 3 then
          x = cost > floor((MOST - x) / unit) and MOST or x + cost * unit
        elseif act == 4 then
          local after, before
          after, before, pos = unpack('<dd', plan, pos)
          local elapsed = s.at - extra
          if x > 0 and x == after - elapsed * refill then
            x = math.max(0, before - elapsed * refill)
          end
        elseif act == 5 then
          x = math.max(x, full - math.min(cost, floor(full / unit)) * unit)
        elseif act == 6 then
          x, s.due = 0, nil
        end
        if x ~= s[b] or act == 6 then
          s[b], s.dirty = x, true
        end
      end
    elseif spec.log then
      local log, left = s.log, cost
      if act == 3 and cost < 0 then
        for e = #log, 1, -1 do
          if left < 0 and log[e] == extra then
            table.remove(log, e)
            left, s.dirty = left + 1, true
          end
        end
      elseif act == 6 then
        s.log, s.dirty = {}, true
      elseif act == 3 or act == 5 then
        local most = 0
        for b = 1, spec.n do
          local free = spec[b * 3 - 2] - used(log, spec[b * 3 - 1], s.at)
          most = math.max(most, act == 3 and math.min(free, cost) or free - cost)
        end
        for _ = 1, most do
          log[#log + 1], s.dirty = s.at, true
        end
      end
    elseif spec.mark == 99 then
      local x = s[1]
      if act == 3 and cost < 0 then
        x = extra >= s.from and math.max(0, x + cost) or x
      elseif act == 3 then
        x = math.min(MOST, x + cost)
      elseif act == 5 then
        x = math.max(x, spec[1] - cost)
      elseif act == 6 then
        x = 0
      end
      s[1], s.dirty = x, true
    else
      local leases, found = s.leases, nil
      for e = 1, #leases, 3 do
        found = leases[e] == extra and e or found
      end
      if act == 3 and found then
        s[1], s.dirty = s[1] - leases[found + 2], true
        for _ = 1, 3 do table.remove(leases, found) end
      elseif act == 7 then
        found = found or #leases + 1
        s[1], s.dirty = s[1] + cost - (leases[found + 2] or 0), true
        leases[found], leases[found + 1], leases[found + 2] = extra, now + spec[2], cost
      end
    end
  end

  -- Lets a request in at the moment at which all its limits have room, if that is soon enough.
  function queue(group, costs, k, most)
    local wait, which, limit, fits = 0, 0, 0, true
    for g = 1, k do
      local s = group[g]
      local spec = s.spec
      for b = 1, spec.n do
        limit = limit + 1
        local over = s[b] + costs[g] * spec[b * 3] - spec[b * 3 - 2]
        local w = over > 0 and costs[g] > 0 and ceil(over / spec[b * 3 - 1]) + s.at - now or 0
        if w > wait then
          wait, which = w, limit
        end
      end
    end
    local before = {}
    for g = 1, k do
      local s = group[g]
      local spec = s.spec
      for b = 1, spec.n do
        -- whatever would be refilled above full until the start is lost, as without the request
        local x = costs[g] > 0 and math.max(s[b], spec[b * 3 - 1] * (wait + now - s.at)) or s[b]
        before[#before + 1] = x
        fits = fits and x + costs[g] * spec[b * 3] <= MOST
      end
    end
    if not fits or wait > most then
      return 0, wait, which
    end
    limit = 0
    for g = 1, k do
      local s = group[g]
      local spec = s.spec
      for b = 1, spec.n do
        limit = limit + 1
        if costs[g] > 0 then
          s[b], s.dirty = before[limit] + costs[g] * spec[b * 3], true
        end
      end
      if costs[g] > 0 and wait > 0 then
        s.due = math.max(s.due or 0, now + wait)
      end
    end
    return 1, wait, 0, before
  end
end

local out, o = {now, 0, 0, 0, 0, 0}, 1
local group, costs, ids = {false}, {0}, nil
while pos <= #plan do
  local act, count, k
  act, count, k, pos = unpack('<BI4I4', plan, pos)
  local fit = count
  local head = o
  o = o + 3
  if act > 0 and not ids then
    ids = {}
    if not adjust then others() end
  end
  if act > 2 then
    for _ = 1, k do
      local i, cost, extra
      i, cost, extra, pos = unpack('<I4dd', plan, pos)
      local s = states[i] or load(i)
      if not s.wrong then
        adjust(act, s, cost, extra)
      elseif act == 4 then
        pos = pos + 16 * s.spec.n
      end
    end
    out[head + 1], out[head + 2], out[head + 3] = 0, 0, 0
  else
    for g = 1, k do
      local i
      if act == 0 then
        i, costs[g], pos = unpack('<I4d', plan, pos)
      else
        i, costs[g], ids[g], pos = unpack('<I4dd', plan, pos)
      end
      local s = states[i] or load(i)
      group[g] = s
      fit = s.wrong or fit
    end
    if fit >= 0 then
      for g = 1, k do
        local s, cost = group[g], costs[g]
        local spec = s.spec
        out[o + 1] = s.at - now
        o = o + 1
        for b = 1, spec.n do
          local free, each
          if spec.bucket then
            free, each = spec[b * 3 - 2] - s[b], cost * spec[b * 3]
            out[o + 1] = s[b]
            o = o + 1
            if act == 2 then
              out[o + 1] = s[b]
              o = o + 1
            end
          elseif spec.log then
            local log, window = s.log, spec[b * 3 - 1]
            local taken = used(log, window, s.at)
            free, each = spec[b * 3 - 2] - taken, cost
            out[o + 1] = taken
            out[o + 2] = taken > 0 and log[#log] + window - now or 0
            o = o + 2
          else
            if not last then others() end
            free, each = spec[1] - s[1], cost
            out[o + 1] = s[1]
            out[o + 2] = (s.ends or last(s.leases)) - now
            o = o + 2
          end
          if each > 0 then
            fit = math.min(fit, math.max(0, floor(free / each)))
          end
        end
      end
    end
    local wait, which, limit = 0, 0, 0
    if act == 2 and fit >= 0 then
      local before
      fit, wait, which, before = queue(group, costs, k, ids[1])
      local at = head + 3
      for g = 1, before and k or 0 do
        at = at + 1
        for _ = 1, group[g].spec.n do
          limit = limit + 1
          out[at + 1] = before[limit]
          at = at + 2
        end
      end
      out[head + 1], out[head + 2], out[head + 3] = fit, wait, which
    else
      for g = 1, fit >= 0 and k or 0 do
        local s, cost = group[g], costs[g]
        local spec, log, at = s.spec, s.log, s.at
        local charge = fit * cost
        if charge > 0 then
          s.dirty = true
        end
        for b = 1, spec.n do
          limit = limit + 1
          local w = 0
          if not log then
            local x = s[b] + charge * spec[b * 3]
            s[b] = x
            local over = x + cost * spec[b * 3] - spec[b * 3 - 2]
            if over > 0 and cost > 0 then
              if spec.bucket then
                w = ceil(over / spec[b * 3 - 1]) + at - now
              else
                w = s.ends and s.ends - now or GUESS
              end
            end
          elseif fit < count then
            local window = spec[b * 3 - 1]
            local taken = used(log, window, at)
            local over = taken + charge + cost - spec[b * 3 - 2]
            if over > 0 and cost > 0 then
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
        elseif s.leases and charge > 0 then
          local leases = s.leases
          local e = #leases
          leases[e + 1], leases[e + 2], leases[e + 3] = ids[g], now + spec[2], cost
        end
      end
      if fit == count then
        wait, which = 0, 0
      end
      out[head + 1], out[head + 2], out[head + 3] = fit, wait, which
    end
  end
end

for i, s in pairs(states) do
  if s.dirty then
    local spec, at = s.spec, s.at
    local state, life = nil, 0
    if spec.bucket then
      local due = s.due and s.due > now
      if spec.n == 1 and not due then
        state = pack('<Bddd', 98, at, spec[3], s[1])
        life = ceil(s[1] / spec[2])
      else
        state = due and pack('<Bdd', 113, at, s.due) or pack('<Bd', 98, at)
        for b = 1, spec.n do
          state = state .. pack('<dd', spec[b * 3], s[b])
          life = math.max(life, ceil(s[b] / spec[b * 3 - 1]))
        end
      end
      life = life + at - now
    elseif spec.log then
      local log, window = s.log, 0
      for b = 1, spec.n do
        window = math.max(window, spec[b * 3 - 1])
      end
      -- not only as many as this policy admits: a node with a larger number looks at them too
      local keep = math.min(64, used(log, window, at))
      if keep > 0 then
        local from = #log - keep + 1
        state = pack('<B' .. string.rep('d', keep), 115, spread(log, from, #log))
        life = log[#log] + window - now
      end
    elseif s[1] > 0 and s.leases then
      local leases, parts = s.leases, {'p'}
      for e = 1, #leases, 3 do
        parts[#parts + 1] = pack('<ddI4', leases[e], leases[e + 1], leases[e + 2])
      end
      state = table.concat(parts)
      life = last(leases) - now
    elseif s[1] > 0 then
      state = pack('<Bddd', 99, s.from, s.ends, s[1])
      life = s.ends - now
    end
    if state then
      call('SET', KEYS[i], state, 'PX', ceil(life / 1000) + 1000)
    else
      call('DEL', KEYS[i])
    end
  end
end
return out
