/** TieredCache: Caffeine in process, Redis behind it, the loader last; coherent across nodes. */
@org.jspecify.annotations.NullMarked
module app.galion.cache {
  requires transitive app.galion.spi;
  requires transitive app.galion.redis;
  requires static transitive org.jspecify;
  requires static com.fasterxml.jackson.databind;
  requires static tools.jackson.databind;
  requires static micrometer.core;
  requires com.github.benmanes.caffeine;

  exports app.galion.cache;
}
