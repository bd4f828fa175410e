package app.galion.reference;

import app.galion.cache.Codec;
import app.galion.cache.JacksonCodec;
import app.galion.cache.TieredCache;
import app.galion.redis.RedisLink;
import java.time.Duration;
import java.util.List;

/** A node's caches, with the lifetimes of the original. */
record Caches(
    TieredCache<Long, User> users,
    TieredCache<ChatRequest, String> answers,
    TieredCache<SpeechRequest, byte[]> speeches,
    TieredCache<String, SearchRoute.Results> searches,
    TieredCache<String, JobsRoute.Jobs> jobs)
    implements AutoCloseable {

  static Caches create(RedisLink redis) {
    return new Caches(
        TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class))
            .redis(redis)
            .freshFor(Duration.ofMinutes(5))
            .build(),
        TieredCache.<ChatRequest, String>builder("answers", Codec.string())
            .redis(redis)
            .keyEncoder(ChatRequest::cacheKey)
            .freshFor(Duration.ofMinutes(5))
            .staleIfError(Duration.ofHours(24))
            .loaderTimeout(Duration.ofMinutes(2))
            .build(),
        TieredCache.<SpeechRequest, byte[]>builder("speeches", Codec.bytes())
            .redis(redis)
            .keyEncoder(SpeechRequest::cacheKey)
            .freshFor(Duration.ofHours(1))
            .maximumSize(500)
            .loaderTimeout(Duration.ofMinutes(1))
            .build(),
        TieredCache.<String, SearchRoute.Results>builder(
                "searches", JacksonCodec.of(SearchRoute.Results.class))
            .redis(redis)
            .freshFor(Duration.ofSeconds(30))
            .build(),
        TieredCache.<String, JobsRoute.Jobs>builder("jobs", JacksonCodec.of(JobsRoute.Jobs.class))
            .redis(redis)
            .freshFor(Duration.ofMinutes(1))
            .build());
  }

  List<TieredCache<?, ?>> all() {
    return List.of(users, answers, speeches, searches, jobs);
  }

  @Override
  public void close() {
    all().forEach(TieredCache::close);
  }
}
