/**
 * Health probes that cannot be hung: checks run in the background, each alone and under a deadline,
 * and the endpoints serve an immutable snapshot.
 *
 * <pre>{@code
 * HealthEngine health =
 *     HealthEngine.builder("galion-api")
 *         .check("database", Checks.jdbc(dataSource), Impact.CRITICAL)
 *         .probe("redis", redis, Impact.DEGRADING)
 *         .build();
 * health.start();
 * httpServer.createContext("/health", HealthHandler.of(health));
 * }</pre>
 */
@NullMarked
package app.galion.health;

import org.jspecify.annotations.NullMarked;
