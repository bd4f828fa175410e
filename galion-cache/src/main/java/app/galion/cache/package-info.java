/**
 * {@link app.galion.cache.TieredCache}: this process, then Redis, then the loader; coherent across
 * nodes.
 *
 * <pre>{@code
 * TieredCache<Long, User> users =
 *     TieredCache.<Long, User>builder("users", JacksonCodec.of(User.class))
 *         .redis(redis)
 *         .freshFor(Duration.ofMinutes(5))
 *         .build();
 * User user = users.get(42L, id -> repository.find(id));
 * repository.save(changed);
 * users.invalidate(42L);
 * }</pre>
 */
@NullMarked
package app.galion.cache;

import org.jspecify.annotations.NullMarked;
