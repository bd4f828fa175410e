/** VendorCircuit: per-vendor resilience on Resilience4j. */
@org.jspecify.annotations.NullMarked
module app.galion.circuit {
  requires transitive app.galion.spi;
  requires transitive java.net.http;
  requires static transitive org.jspecify;
  requires static micrometer.core;
  requires com.fasterxml.jackson.core;
  requires io.github.resilience4j.circuitbreaker;

  exports app.galion.circuit;
}
