package app.galion.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit test a {@link RedisServer}, in a parameter or in a field that is not final.
 *
 * <p>Without more, it is the one server of the whole run, from {@link RedisServer#start()}: quick,
 * never flushed and never killed, so tests choose keys that no other test has. Closing it does
 * nothing; it ends with the run.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.PARAMETER, ElementType.FIELD})
@ExtendWith(RealRedisExtension.class)
public @interface RealRedis {

  /**
   * Asks for a fresh process from {@link RedisServer#startOwn(String...)}, which can be killed,
   * paused and restarted: one for a static field, one a test for another field or a parameter of
   * the test. It ends with the class or the test.
   *
   * @return whether the server is the test's own, default false
   */
  boolean own() default false;
}
