package app.galion.testkit;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.List;

/** A caller's connection and the one to the server behind it. */
final class ProxyLink {

  private final SocketChannel caller;
  private final SocketChannel server;
  private final ProxyFlow toServer;
  private final ProxyFlow toCaller;
  private final SelectionKey callerKey;
  private final SelectionKey serverKey;
  private final boolean lost;
  private boolean connected;
  private ProxyKind kind = ProxyKind.COMMANDS;

  /** Connects to the server unless the way there is cut: then the link stays mute for good. */
  ProxyLink(SocketChannel caller, InetSocketAddress target, Selector selector, Faults faults)
      throws IOException {
    this.caller = caller;
    this.server = SocketChannel.open();
    this.toServer = new ProxyFlow(FaultProxy.Direction.TO_SERVER, caller, server);
    this.toCaller = new ProxyFlow(FaultProxy.Direction.TO_CLIENT, server, caller);
    this.lost = faults.of(kind).cuts(FaultProxy.Direction.TO_SERVER);
    caller.configureBlocking(false);
    server.configureBlocking(false);
    caller.setOption(StandardSocketOptions.TCP_NODELAY, true);
    server.setOption(StandardSocketOptions.TCP_NODELAY, true);
    callerKey = caller.register(selector, 0, this);
    serverKey = server.register(selector, 0, this);
    connected = !lost && server.connect(target);
  }

  /** What happens to connections of each kind. */
  interface Faults {
    ProxyFaults of(ProxyKind kind);
  }

  ProxyKind kind() {
    return kind;
  }

  private ProxyFaults sent(ByteBuffer bytes, Faults faults) throws IOException {
    ProxyKind shown = kind.after(bytes);
    if (shown != kind && faults.of(shown).refused()) {
      throw new IOException("it shows that it is one of the " + shown + ", which are refused");
    }
    kind = shown;
    return faults.of(kind);
  }

  /** Does what can be done now; throws if one side reset the connection, or is refused. */
  void work(Faults faultsOf, long now) throws IOException {
    if (lost) {
      if (toServer.wantsRead() && ready(callerKey, SelectionKey.OP_READ)) {
        toServer.read(bytes -> sent(bytes, faultsOf).withCut(FaultProxy.Direction.TO_SERVER), now);
      }
      callerKey.interestOps(toServer.wantsRead() ? SelectionKey.OP_READ : 0);
      return;
    }
    if (!connected && !(ready(serverKey, SelectionKey.OP_CONNECT) && server.finishConnect())) {
      serverKey.interestOps(SelectionKey.OP_CONNECT);
      return;
    }
    connected = true;
    if (toServer.wantsRead() && ready(callerKey, SelectionKey.OP_READ)) {
      toServer.read(bytes -> sent(bytes, faultsOf), now);
    }
    ProxyFaults faults = faultsOf.of(kind);
    if (toCaller.wantsRead() && ready(serverKey, SelectionKey.OP_READ)) {
      toCaller.read(bytes -> faults, now);
    }
    toServer.write(faults, now);
    toCaller.write(faults, now);
    callerKey.interestOps(interest(toServer, toCaller));
    serverKey.interestOps(interest(toCaller, toServer));
  }

  /* A key that was not selected keeps what it was ready for last time. */
  private static boolean ready(SelectionKey key, int operation) {
    return key.selector().selectedKeys().contains(key) && (key.readyOps() & operation) != 0;
  }

  private static int interest(ProxyFlow outOf, ProxyFlow into) {
    return (outOf.wantsRead() ? SelectionKey.OP_READ : 0)
        | (into.wantsWrite() ? SelectionKey.OP_WRITE : 0);
  }

  long waits(long now) {
    return connected ? Math.min(toServer.waits(now), toCaller.waits(now)) : Long.MAX_VALUE;
  }

  void healed(long now) {
    toServer.healed(now);
    toCaller.healed(now);
  }

  boolean finished(Faults faultsOf) {
    ProxyFaults faults = faultsOf.of(kind);
    boolean serverCut = !lost && faults.cuts(FaultProxy.Direction.TO_SERVER);
    boolean callerCut = faults.cuts(FaultProxy.Direction.TO_CLIENT);
    return (toServer.hidesEnd() && !serverCut)
        || (toCaller.hidesEnd() && !callerCut)
        || (toServer.done() && toCaller.done());
  }

  /** Closes both sides as a process does that ends its connections in peace. */
  void close() throws IOException {
    try (caller;
        server) {
      callerKey.cancel();
      serverKey.cancel();
    }
  }

  /** Closes both sides with a RST. */
  void reset() throws IOException {
    for (SocketChannel end : List.of(caller, server)) {
      if (end.isOpen()) {
        end.setOption(StandardSocketOptions.SO_LINGER, 0);
      }
    }
    close();
  }
}
