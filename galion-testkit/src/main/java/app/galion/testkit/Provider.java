package app.galion.testkit;

import static java.util.Objects.requireNonNull;

import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;
import org.junit.platform.commons.support.ModifierSupport;

/** Fills annotated parameters and fields; what it makes lives in JUnit's store, which closes it. */
abstract class Provider<A extends Annotation>
    implements ParameterResolver, BeforeAllCallback, BeforeEachCallback {

  private final Class<A> annotation;
  private final Set<Class<?>> types;

  Provider(Class<A> annotation, Set<Class<?>> types) {
    this.annotation = annotation;
    this.types = types;
  }

  abstract Object make(A wanted, Class<?> type, ExtensionContext context);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    if (!parameter.isAnnotated(annotation)) {
      return false;
    }
    requireType(parameter.getParameter().getType(), parameter.getParameter().toString());
    return true;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    A wanted = parameter.findAnnotation(annotation).orElseThrow();
    return make(wanted, parameter.getParameter().getType(), context);
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

  private void fill(
      Class<?> type, @Nullable Object instance, Predicate<Field> which, ExtensionContext context)
      throws IllegalAccessException {
    List<Field> fields =
        AnnotationSupport.findAnnotatedFields(
            type, annotation, which, HierarchyTraversalMode.TOP_DOWN);
    for (Field field : fields) {
      requireType(field.getType(), field.toString());
      if (ModifierSupport.isFinal(field)) {
        throw new ExtensionConfigurationException(name() + " " + field + " must not be final");
      }
      field.setAccessible(true);
      A wanted = requireNonNull(field.getAnnotation(annotation));
      field.set(instance, make(wanted, field.getType(), context));
    }
  }

  private void requireType(Class<?> type, String where) {
    if (!types.contains(type)) {
      throw new ExtensionConfigurationException(
          name()
              + " "
              + where
              + " must be a "
              + types.stream()
                  .map(Class::getSimpleName)
                  .sorted()
                  .collect(Collectors.joining(" or ")));
    }
  }

  private String name() {
    return "@" + annotation.getSimpleName();
  }
}
