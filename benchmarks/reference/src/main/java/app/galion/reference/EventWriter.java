package app.galion.reference;

import app.galion.spi.Ticker;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One answer of server-sent events. The answer begins with the first event or ping; before that, it
 * can still become another answer.
 */
final class EventWriter implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(EventWriter.class.getName());
  private static final String PING = ": ping\n\n";
  private static final String DONE = "[DONE]";

  /** Nobody reads any more. */
  static final class CallerGone extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CallerGone(IOException cause) {
      super("the caller has left", cause);
    }
  }

  private final HttpServletResponse response;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile long lastWrite = Ticker.system().read();
  private volatile boolean begun;
  private volatile boolean closed;
  private volatile boolean gone;
  private volatile Runnable whenGone = () -> {};

  EventWriter(Context context, Pings pings) {
    this.response = context.res();
    pings.watch(this);
  }

  /** What to do, on another thread, when the caller turns out to have left. */
  void whenGone(Runnable action) {
    whenGone = action;
    if (gone) {
      action.run();
    }
  }

  /** Whether anything was written, so that the status and the form of the answer are settled. */
  boolean begun() {
    return begun;
  }

  long lastWrite() {
    return lastWrite;
  }

  boolean isClosed() {
    return closed;
  }

  void event(String data) {
    StringBuilder event = new StringBuilder(data.length() + 16);
    for (String line : data.split("\n", -1)) {
      event.append("data: ").append(line).append('\n');
    }
    lock.lock();
    try {
      write(event.append('\n').toString());
    } finally {
      lock.unlock();
    }
  }

  void done() {
    event(DONE);
  }

  /** Writes a comment, unless an event is being written or the answer is over. */
  void ping() {
    if (!lock.tryLock()) {
      return;
    }
    try {
      if (!closed) {
        write(PING);
      }
    } catch (CallerGone e) {
      LOG.log(Level.DEBUG, "a caller left its stream", e);
      abandon();
    } finally {
      lock.unlock();
    }
  }

  void abandon() {
    gone = true;
    whenGone.run();
  }

  private void write(String text) {
    try {
      writeOrFail(text);
    } catch (IOException e) {
      throw new CallerGone(e);
    }
  }

  private void writeOrFail(String text) throws IOException {
    if (!begun) {
      response.setStatus(200);
      response.setContentType("text/event-stream");
      response.setCharacterEncoding("UTF-8");
      response.setHeader("Cache-Control", "no-cache");
      response.setHeader("X-Accel-Buffering", "no");
      begun = true;
    }
    ServletOutputStream out = response.getOutputStream();
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
    lastWrite = Ticker.system().read();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
