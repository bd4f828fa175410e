package app.galion.testkit;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/*
 * One direction of a connection. TCP never delivers what comes behind a hole, so a flow that lost a byte stays mute
 * for good: its bytes are read and thrown away, and the end of its sender is not told.
 */
final class ProxyFlow {

  private static final int BUFFER = 16 * 1024;
  private static final int MOST_QUEUED = 256 * 1024;
  private static final int SLICES_PER_SECOND = 50;
  private static final double NANOS_PER_SECOND = 1e9;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private record Piece(long due, ByteBuffer bytes) {}

  private final FaultProxy.Direction direction;
  private final SocketChannel from;
  private final SocketChannel to;
  private final Deque<Piece> pieces = new ArrayDeque<>();
  private int queued;
  private boolean mute;
  private boolean ended;
  private long endDue;
  private boolean endTold;
  private boolean blocked;
  private boolean limited;
  private long freeAt;

  ProxyFlow(FaultProxy.Direction direction, SocketChannel from, SocketChannel to) {
    this.direction = direction;
    this.from = from;
    this.to = to;
  }

  boolean wantsRead() {
    return !ended && queued < MOST_QUEUED;
  }

  boolean wantsWrite() {
    return blocked;
  }

  /** What happens to bytes that have just arrived; none of them if the sender has ended. */
  interface FaultsOf {
    ProxyFaults of(ByteBuffer arrived) throws IOException;
  }

  /** Throws if the sender reset the connection and the receiver shall see it. */
  void read(FaultsOf faultsOf, long now) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    int count;
    try {
      count = from.read(buffer);
    } catch (IOException e) {
      ended = true;
      if (!mute && !faultsOf.of(NOTHING).cuts(direction)) {
        throw e;
      }
      count = -1;
    }
    if (count == 0) {
      return;
    }
    buffer.flip();
    ProxyFaults faults = faultsOf.of(buffer);
    if (count < 0) {
      ended = true;
      endDue = now + faults.delayNanos();
    }
    if (mute || faults.cuts(direction)) {
      silence();
    } else if (count > 0) {
      pieces.add(new Piece(now + faults.delayNanos(), buffer));
      queued += count;
    }
  }

  void write(ProxyFaults faults, long now) throws IOException {
    if (faults.cuts(direction) && (!pieces.isEmpty() || (ended && !endTold))) {
      silence();
    }
    blocked = false;
    Piece piece = pieces.peek();
    while (piece != null && !blocked && piece.due() - now <= 0 && free(now)) {
      send(piece.bytes(), faults, now);
      if (!piece.bytes().hasRemaining()) {
        pieces.remove();
      }
      piece = pieces.peek();
    }
    if (pieces.isEmpty() && ended && !endTold && !mute && endDue - now <= 0) {
      endTold = true;
      to.shutdownOutput();
    }
  }

  private void send(ByteBuffer bytes, ProxyFaults faults, long now) throws IOException {
    long slice = Math.max(1, faults.bytesPerSecond() / SLICES_PER_SECOND);
    int size = (int) Math.min(bytes.remaining(), slice);
    int sent = to.write(bytes.slice(bytes.position(), size));
    bytes.position(bytes.position() + sent);
    queued -= sent;
    blocked = sent < size;
    limited = faults.bytesPerSecond() < Long.MAX_VALUE;
    if (limited) {
      freeAt = now + (long) (sent * NANOS_PER_SECOND / faults.bytesPerSecond());
    }
  }

  private boolean free(long now) {
    limited = limited && freeAt - now > 0;
    return !limited;
  }

  /** Lets what waits for a delay or the bandwidth go on now. */
  void healed(long now) {
    limited = false;
    endDue = now;
    List<Piece> waiting = List.copyOf(pieces);
    pieces.clear();
    waiting.forEach(piece -> pieces.add(new Piece(now, piece.bytes())));
  }

  private void silence() {
    mute = true;
    pieces.clear();
    queued = 0;
    blocked = false;
  }

  /**
   * Nanoseconds until the flow can go on by itself, {@link Long#MAX_VALUE} if it waits for none.
   */
  long waits(long now) {
    Piece piece = pieces.peek();
    if (piece == null) {
      return ended && !endTold && !mute ? Math.max(0, endDue - now) : Long.MAX_VALUE;
    }
    if (blocked) {
      return Long.MAX_VALUE;
    }
    return Math.max(0, Math.max(piece.due() - now, limited ? freeAt - now : 0));
  }

  boolean done() {
    return endTold || hidesEnd();
  }

  /** Whether the sender is gone and only the fault keeps that from the receiver. */
  boolean hidesEnd() {
    return mute && ended;
  }
}
