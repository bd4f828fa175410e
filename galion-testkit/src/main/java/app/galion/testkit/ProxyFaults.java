package app.galion.testkit;

/** What a proxy does to the bytes at this moment; immutable. */
record ProxyFaults(
    long delayNanos,
    long bytesPerSecond,
    boolean toServerCut,
    boolean toClientCut,
    boolean refused) {

  static final ProxyFaults NONE = new ProxyFaults(0, Long.MAX_VALUE, false, false, false);

  ProxyFaults delayed(long nanos) {
    return new ProxyFaults(nanos, bytesPerSecond, toServerCut, toClientCut, refused);
  }

  ProxyFaults limited(long bytes) {
    return new ProxyFaults(delayNanos, bytes, toServerCut, toClientCut, refused);
  }

  ProxyFaults withCut(FaultProxy.Direction direction) {
    boolean toServer = direction == FaultProxy.Direction.TO_SERVER;
    return new ProxyFaults(
        delayNanos, bytesPerSecond, toServerCut || toServer, toClientCut || !toServer, refused);
  }

  ProxyFaults withBothCut() {
    return withCut(FaultProxy.Direction.TO_SERVER).withCut(FaultProxy.Direction.TO_CLIENT);
  }

  ProxyFaults refusing() {
    return new ProxyFaults(delayNanos, bytesPerSecond, toServerCut, toClientCut, true);
  }

  boolean cuts(FaultProxy.Direction direction) {
    return direction == FaultProxy.Direction.TO_SERVER ? toServerCut : toClientCut;
  }
}
