-- A heartbeat: one small write, which a master that lost its replicas refuses, then the heads of its buckets.
-- KEYS[1] what is written; the others: heads
-- ARGV[1] who beats
-- returns the heads, null where one is missing
redis.call('SET', KEYS[1], ARGV[1], 'PX', 60000)
local heads = {}
for i = 2, #KEYS do heads[i - 1] = redis.call('GET', KEYS[i]) end
return heads
