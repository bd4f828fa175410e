package app.galion.testkit;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Field;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ModifierSupport;

/** Servers live in JUnit's store, which closes them with the run, the class or the test. */
final class RealRedisExtension implements ParameterResolver, BeforeAllCallback, BeforeEachCallback {

  private static final Namespace SERVERS = Namespace.create(RealRedisExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    if (!parameter.isAnnotated(RealRedis.class)) {
      return false;
    }
    requireType(parameter.getParameter().getType(), parameter.getParameter().toString());
    return true;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return server(parameter.findAnnotation(RealRedis.class).orElseThrow(), context);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IllegalAccessException {
    fill(context.getRequiredTestClass(), null, ModifierSupport::isStatic, context);
  }

  @Override
  public void beforeEach(ExtensionContext context) throws IllegalAccessException {
    for (Object instance : context.getRequiredTestInstances().getAllInstances()) {
      fill(instance.getClass(), instance, ModifierSupport::isNotStatic, context);
    }
  }

  private static void fill(
      Class<?> type, @Nullable Object instance, Predicate<Field> which, ExtensionContext context)
      throws IllegalAccessException {
    List<Field> fields =
        AnnotationSupport.findAnnotatedFields(
            type, RealRedis.class, which, HierarchyTraversalMode.TOP_DOWN);
    for (Field field : fields) {
      requireType(field.getType(), field.toString());
      if (ModifierSupport.isFinal(field)) {
        throw new ExtensionConfigurationException("@RealRedis " + field + " must not be final");
      }
      field.setAccessible(true);
      field.set(instance, server(requireNonNull(field.getAnnotation(RealRedis.class)), context));
    }
  }

  private static void requireType(Class<?> type, String where) {
    if (type != RedisServer.class) {
      throw new ExtensionConfigurationException(
          "@RealRedis " + where + " must be a " + RedisServer.class.getSimpleName());
    }
  }

  private static RedisServer server(RealRedis wanted, ExtensionContext context) {
    if (wanted.own()) {
      RedisServer own = RedisServer.startOwn();
      context.getStore(SERVERS).put(new Object(), own);
      return own;
    }
    return context
        .getRoot()
        .getStore(SERVERS)
        .computeIfAbsent(RedisServer.class, key -> RedisServer.start(), RedisServer.class)
        .shared();
  }
}
