-- A heartbeat: first a write, which a master that lost its replicas refuses, then the heads of its buckets.
-- The write deletes a key that nobody sets: unlike others, a full server does not refuse it.
-- KEYS[1] that key; the others: heads
-- returns the heads, null where one is missing
redis.call('DEL', KEYS[1])
local heads = {}
for i = 2, #KEYS do heads[i - 1] = redis.call('GET', KEYS[i]) end
return heads
