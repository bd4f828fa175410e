package app.galion.circuit;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/* A server of bare sockets: says exactly what a test wants, and sees when the client hangs up. */
final class RawServer implements AutoCloseable {

  interface Script {
    void answer(Conversation client) throws Exception;
  }

  /* One connection, after its request has been read. */
  final class Conversation {
    final String request;
    private final Socket socket;

    Conversation(Socket socket, String request) {
      this.socket = socket;
      this.request = request;
    }

    Conversation say(String text) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
      return this;
    }

    /* One whole answer. headers: lines, each with its line feed. */
    Conversation reply(int status, String headers, String body) throws IOException {
      int length = body.getBytes(StandardCharsets.UTF_8).length;
      String head = "HTTP/1.1 " + status + " Said\nContent-Length: " + length + "\n" + headers;
      return say(head + "Connection: close\n\n").sayRaw(body);
    }

    private Conversation sayRaw(String body) throws IOException {
      socket.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return this;
    }

    Conversation chunk(String text) throws IOException {
      return chunk(text.getBytes(StandardCharsets.UTF_8));
    }

    Conversation chunk(byte[] bytes) throws IOException {
      OutputStream out = socket.getOutputStream();
      out.write((Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      out.write(bytes);
      out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return this;
    }

    void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /* Nothing more is sent; records when the client hangs up. */
    void waitForHangUp() {
      try {
        while (socket.getInputStream().read() >= 0) {
          Thread.onSpinWait();
        }
      } catch (IOException e) {
        trouble.add(e.toString());
      }
      hungUp.complete(System.nanoTime());
    }
  }

  final CompletableFuture<Long> hungUp = new CompletableFuture<>();
  final List<String> trouble = new CopyOnWriteArrayList<>();
  final AtomicInteger calls = new AtomicInteger();
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final ServerSocket listener;
  private final Script script;

  RawServer(Script script) throws IOException {
    this.script = script;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept, "raw-server");
  }

  private static void start(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        start(() -> serve(socket), "raw-server-connection");
      }
    } catch (IOException e) {
      trouble.add(e.toString());
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      String request = readRequest(socket.getInputStream());
      if (!request.isEmpty()) {
        calls.incrementAndGet();
        script.answer(new Conversation(socket, request));
      }
    } catch (Exception e) {
      trouble.add(e.toString());
    }
  }

  private static String readRequest(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    int b = in.read();
    while (b >= 0 && !head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      head.write(b);
      if (head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
        break;
      }
      b = in.read();
    }
    String text = head.toString(StandardCharsets.US_ASCII);
    int at = text.toLowerCase(java.util.Locale.ROOT).indexOf("content-length: ");
    if (at >= 0) {
      int length = Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
      text += new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }
    return text;
  }

  URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/v1/chat/completions");
  }

  long hungUpAt() throws Exception {
    return hungUp.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
