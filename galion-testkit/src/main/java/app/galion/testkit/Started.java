package app.galion.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit test, in a parameter or in a field that is not final, one of these, started: {@link
 * RedisClusterServers} of three shards with a replica each, {@link SentinelServers}, a {@link
 * VendorSimulator}, or a {@link FaultProxy} before the Redis of {@link RealRedis}.
 *
 * <p>One for a static field, one a test for another field or a parameter of the test. It ends with
 * the class or the test.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD})
@ExtendWith(StartedExtension.class)
public @interface Started {}
