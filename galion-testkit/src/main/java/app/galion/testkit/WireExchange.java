package app.galion.testkit;

import app.galion.spi.Ticker;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;

/*
 * Sends one answer with a fault. Raw sockets instead of a server library, because no library lets a handler notice
 * that its caller left while nothing is sent, which is what a timeout must be seen to do.
 */
final class WireExchange {

  private static final int LOOK_MILLIS = 20;
  private static final Duration LONGEST_STALL = Duration.ofMinutes(2);

  private final Socket socket;
  private final PushbackInputStream in;
  private final OutputStream out;
  private final LongConsumer sent;

  WireExchange(Socket socket, PushbackInputStream in, LongConsumer sent) throws IOException {
    this.socket = socket;
    this.in = in;
    this.out = new BufferedOutputStream(socket.getOutputStream());
    this.sent = sent;
  }

  /** Returns whether the connection can serve another request; throws if the caller left. */
  boolean answer(WireResponse response, VendorFault fault, BooleanSupplier cleared)
      throws IOException {
    long start = Ticker.system().read();
    long delay = fault.delay().toNanos();
    waitWhile(() -> Ticker.system().read() - start < delay);
    head(response);
    long body = 0;
    if (!goesOn(fault, body, cleared)) {
      return false;
    }
    for (byte[] piece : response.pieces()) {
      int from = 0;
      while (from < piece.length) {
        int to = until(fault, body, from, piece.length);
        write(piece, from, to, response.chunked());
        body += to - from;
        from = to;
        if (!goesOn(fault, body, cleared)) {
          return false;
        }
      }
    }
    if (response.chunked()) {
      out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    out.flush();
    return true;
  }

  private boolean goesOn(VendorFault fault, long body, BooleanSupplier cleared) throws IOException {
    if (body == fault.stallAfterBytes()) {
      long stalled = Ticker.system().read();
      waitWhile(
          () ->
              !cleared.getAsBoolean()
                  && Ticker.system().read() - stalled < LONGEST_STALL.toNanos());
    }
    return body != fault.cutAfterBytes();
  }

  private static int until(VendorFault fault, long body, int from, int end) {
    long to = end;
    for (long stop : new long[] {fault.cutAfterBytes(), fault.stallAfterBytes()}) {
      if (stop > body) {
        to = Math.min(to, from + stop - body);
      }
    }
    return (int) to;
  }

  private void head(WireResponse response) throws IOException {
    StringBuilder head = new StringBuilder("HTTP/1.1 ").append(response.status()).append(" .\r\n");
    response
        .headers()
        .forEach((name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
    if (response.chunked()) {
      head.append("Transfer-Encoding: chunked\r\n\r\n");
    } else {
      head.append("Content-Length: ").append(response.length()).append("\r\n\r\n");
    }
    out.write(head.toString().getBytes(StandardCharsets.ISO_8859_1));
    out.flush();
  }

  private void write(byte[] piece, int from, int to, boolean chunked) throws IOException {
    if (chunked) {
      out.write((Integer.toHexString(to - from) + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
    out.write(piece, from, to - from);
    if (chunked) {
      out.write('\r');
      out.write('\n');
    }
    out.flush();
    sent.accept(to - from);
  }

  /* A short read is the only portable way to see that the other side closed. */
  private void waitWhile(BooleanSupplier condition) throws IOException {
    int before = socket.getSoTimeout();
    socket.setSoTimeout(LOOK_MILLIS);
    try {
      while (condition.getAsBoolean()) {
        look();
      }
    } finally {
      socket.setSoTimeout(before);
    }
  }

  private void look() throws IOException {
    int next;
    try {
      next = in.read();
    } catch (SocketTimeoutException e) {
      return;
    }
    if (next < 0) {
      throw new EOFException("the caller left");
    }
    in.unread(next);
    LockSupport.parkNanos(this, Duration.ofMillis(LOOK_MILLIS).toNanos());
  }
}
