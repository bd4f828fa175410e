package app.galion.benchmarks.load;

import java.util.function.UnaryOperator;

/** Whose caches are looked at. */
enum Product {
  GALION("galion") {
    @Override
    NodeCache open(String uri, UnaryOperator<String> database) {
      return new GalionNode(uri, database);
    }
  },
  JETCACHE("JetCache, both tiers, syncLocal") {
    @Override
    NodeCache open(String uri, UnaryOperator<String> database) {
      return new JetNode(uri, database);
    }
  },
  REDISSON("Redisson local cached map, INVALIDATE + LOAD") {
    @Override
    NodeCache open(String uri, UnaryOperator<String> database) {
      return new RedissonNode(uri, database);
    }
  };

  private final String label;

  Product(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /** A node of its own, with connections of its own. */
  abstract NodeCache open(String uri, UnaryOperator<String> database);
}
