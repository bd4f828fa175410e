package app.galion.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** Builds a {@link Reply} of any shape while Lettuce decodes. Lives on one network thread. */
final class ReplyOutput extends CommandOutput<byte[], byte[], Reply> {

  private @Nullable Object @Nullable [] items;
  private int filled;
  private @Nullable ArrayDeque<Open> outer;

  /* A list that is not complete yet, while one of its elements is being read. */
  private static final class Open {
    private final @Nullable Object[] items;
    private final int filled;

    Open(@Nullable Object[] items, int filled) {
      this.items = items;
      this.filled = filled;
    }
  }

  ReplyOutput() {
    super(ByteArrayCodec.INSTANCE, Reply.EMPTY);
  }

  @Override
  public Reply get() {
    return items == null ? Reply.EMPTY : new Reply(items);
  }

  @Override
  public void set(@Nullable ByteBuffer bytes) {
    if (bytes == null) {
      add(null);
      return;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    add(copy);
  }

  @Override
  public void setBigNumber(@Nullable ByteBuffer bytes) {
    set(bytes);
  }

  @Override
  public void set(long integer) {
    add(integer);
  }

  @Override
  public void set(double number) {
    add(Double.toString(number).getBytes(UTF_8));
  }

  @Override
  public void set(boolean value) {
    add(value ? 1L : 0L);
  }

  @Override
  public void multi(int count) {
    if (count < 0) {
      add(null);
    } else if (items == null) {
      items = new Object[count];
    } else if (count == 0) {
      add(Reply.EMPTY);
    } else {
      if (outer == null) {
        outer = new ArrayDeque<>();
      }
      outer.push(new Open(items, filled));
      items = new Object[count];
      filled = 0;
    }
  }

  private void add(@Nullable Object item) {
    if (items == null) {
      items = new Object[1];
    }
    items[filled++] = item;
    while (filled == items.length && outer != null && !outer.isEmpty()) {
      Reply done = new Reply(items);
      Open open = outer.pop();
      items = open.items;
      filled = open.filled;
      items[filled++] = done;
    }
  }
}
