/** The dozen small types by which the modules of galion meet; nothing beneath but JSpecify. */
@org.jspecify.annotations.NullMarked
module app.galion.spi {
  requires static transitive org.jspecify;

  exports app.galion.spi;
}
