package app.galion.benchmarks.load;

import java.util.function.UnaryOperator;

/** A node that loads what it lacks. */
interface HerdNode extends AutoCloseable {
  String get(String key);

  @Override
  void close();

  static HerdNode of(UnaryOperator<String> get, Runnable close) {
    return new HerdNode() {
      @Override
      public String get(String key) {
        return get.apply(key);
      }

      @Override
      public void close() {
        close.run();
      }
    };
  }
}
