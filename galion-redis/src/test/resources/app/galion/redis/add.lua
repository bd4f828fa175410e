-- Adds ARGV[1] to the order total in KEYS[1].
return {redis.call("INCRBY", KEYS[1], ARGV[1])}
