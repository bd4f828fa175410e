/** HealthEngine: background checks, an immutable snapshot, the HTTP endpoints. */
@org.jspecify.annotations.NullMarked
module app.galion.health {
  requires transitive app.galion.spi;
  requires static transitive org.jspecify;
  requires static transitive java.sql;
  requires static transitive jdk.httpserver;
  requires static micrometer.core;
  requires static java.management;

  exports app.galion.health;
}
