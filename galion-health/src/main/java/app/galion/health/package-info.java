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
 *
 * <p>Start at {@link app.galion.health.HealthEngine}; {@link app.galion.health.Checks} has the
 * checks that come with the library, {@link app.galion.health.HealthCheck} is how to write one, and
 * {@link app.galion.health.CheckOptions} how it is run and judged. What is known is a {@link
 * app.galion.health.HealthSnapshot}; its way out is an {@link app.galion.health.HttpResult}, {@link
 * app.galion.health.HealthMetrics} or a {@link app.galion.health.HealthListener}.
 */
@NullMarked
package app.galion.health;

import org.jspecify.annotations.NullMarked;
