package app.galion.cache;

import java.time.Duration;

/**
 * Counts since the cache was built.
 *
 * @param l1Hits gets answered from this process
 * @param l2Hits gets answered from Redis
 * @param misses gets that neither tier could answer
 * @param joins gets that joined a load or a read that was already running in this process
 * @param waits leases found held by another node
 * @param loads loads that succeeded
 * @param loadFailures loads that threw or were refused by the guard
 * @param loadTime time spent in loaders
 * @param staleServed answers past their freshness
 * @param refreshes refreshes in the background
 * @param puts values put by this node
 * @param invalidations keys invalidated by this node
 * @param queued writes that Redis could not take at once
 * @param received writes of other nodes and of this one that arrived
 * @param evictions entries dropped from this process for want of room
 * @param misfits entries in Redis that could not be used: checksum, format, schema, other key
 * @param oversized values too large for Redis, or that could not be encoded
 * @param redisFailures commands of this cache that Redis did not answer in time
 * @param fillsRefused loaded values that Redis refused: written or cleared since the load began
 * @param replays gaps in the messages that the journal filled, or could not
 * @param resyncs times a bucket's history was lost, so that entries became suspect
 * @param size entries in this process now
 */
public record CacheStats(
    long l1Hits,
    long l2Hits,
    long misses,
    long joins,
    long waits,
    long loads,
    long loadFailures,
    Duration loadTime,
    long staleServed,
    long refreshes,
    long puts,
    long invalidations,
    long queued,
    long received,
    long evictions,
    long misfits,
    long oversized,
    long redisFailures,
    long fillsRefused,
    long replays,
    long resyncs,
    long size) {}
